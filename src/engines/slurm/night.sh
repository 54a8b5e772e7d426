#!/bin/bash
# A night of claim files on a Slurm cluster: plan here, then ask, decide, answer and merge as jobs of
# which each waits for the one before. Submitting the same night again after a failure goes on where
# it stopped. RUN, OUT, the files, the roster and the ledgers lie on a file system that all nodes
# share and that renames folders in one step.
#
#   night.sh --run RUN --out DIR --tasks M --parts P [--plan "OPTION..."] [--merge "OPTION..."]
#            [--tries N] [--wait SECONDS] FILE... [-- SBATCH-OPTION...]
#
# --plan takes the options of `claimgate part plan` beyond these: --roster, --policy, --ledgers …
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 64
}

run='' out='' tasks='' parts='' plan='' merge='' tries=3 wait_seconds=0
files=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
  --run | --out | --tasks | --parts | --plan | --merge | --tries | --wait)
    [ $# -ge 2 ] || usage
    name=${1#--}
    [ "$name" != wait ] || name=wait_seconds
    printf -v "$name" %s "$2"
    shift 2
    ;;
  -*) usage ;;
  *)
    files+=("$1")
    shift
    ;;
  esac
done
[ $# -eq 0 ] || shift
if [ -z "$run" ] || [ -z "$out" ] || [ ${#files[@]} -eq 0 ]; then usage; fi
for number in "$tasks" "$parts" "$tries" "$wait_seconds"; do
  case $number in '' | *[!0-9]*) usage ;; esac
done
if [ -e "$out" ] && [ ! -e "$run/plan.json" ]; then
  echo "$out: exists already, and no night of $run can have made it; give another --out" >&2
  exit 73
fi

export CLAIMGATE=${CLAIMGATE:-claimgate} RUN=$run TRIES=$tries
# Words of an option's value are words here, too.
# shellcheck disable=SC2086
"$CLAIMGATE" part plan "${files[@]}" --run "$run" --tasks "$tasks" --parts "$parts" $plan

before=''
submit() { # STEP, its array or nothing, its options
  local step=$1 array=$2
  shift 2
  sbatch --parsable --job-name "claimgate-$step" --kill-on-invalid-dep=yes \
    --export=ALL --output "$run/log/$step-%A_%a.log" \
    ${array:+--array "$array"} ${before:+--dependency "afterok:$before"} \
    "${sbatch_options[@]}" "$here/step.sbatch" "$step" "$@"
}
sbatch_options=("$@")
mkdir -p "$run/log"
before=$(submit ask "0-$((tasks - 1))")
before=$(submit decide "0-$((parts - 1))")
before=$(submit answer "0-$((tasks - 1))")
# shellcheck disable=SC2086
before=$(submit merge '' --out "$out" $merge)
echo "submitted: merge is job $before, logs are in $run/log"

# A job that Slurm no longer knows may have been cancelled: then the folder is the proof.
[ "$wait_seconds" -gt 0 ] || exit 0
end=$((SECONDS + wait_seconds))
while [ $SECONDS -lt $end ]; do
  state=$(squeue --noheader --jobs "$before" --format %T 2>/dev/null || true)
  case $state in
  '' | COMPLETED | CANCELLED | FAILED | NODE_FAIL | TIMEOUT | OUT_OF_MEMORY) break ;;
  esac
  sleep 1
done
if [ "${state:-COMPLETED}" = COMPLETED ] && [ -d "$out" ]; then
  echo "published: $out"
  exit 0
fi
echo "nothing was published${state:+, merge is $state}; see $run/log, mend, and submit the night again" >&2
exit 75
