#!/bin/bash
# Two nights on a ledger set, on a Slurm cluster of three nodes on this machine: a task is killed, a
# node is lost, a batch shell is killed and the night submitted again. What is published must be what
# one process publishes, byte for byte. Usage, as root: slurm.sh PROGRAM GENERATOR
set -euo pipefail
program=$(readlink -f "$1")
generate=$(readlink -f "$2")
here=$(cd "$(dirname "$0")" && pwd)
night=$here/../../src/engines/slurm/night.sh

for tool in slurmctld slurmd munged sbatch; do
  command -v "$tool" >/dev/null || { echo "slurm-test: $tool is not installed" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "slurm-test: a cluster's daemons are started as root" >&2; exit 1; }
# Whatever is started here ends with this process, however it ends, and has a loopback of its own, so
# that no port is taken.
if [ "${IN_NAMESPACE:-0}" = 0 ]; then
  IN_NAMESPACE=1 exec timeout 600 unshare --net --fork --pid --mount-proc --kill-child "$0" "$@"
fi
ip link set lo up
ip address add 192.0.2.1/32 dev lo # of no use, but without one Slurm finds no family of addresses

work=$(mktemp -d)
cluster=$work/cluster
mkdir "$cluster"
. "$here/slurm_cluster.sh"
finish() {
  local code=$?
  [ $code -eq 0 ] || tail -n 3 "$work"/run-*/log/*.log >&2 || true
  stop_cluster
  rm -rf "$work"
  exit $code
}
trap finish EXIT

PARTS=4 TASKS=3
"$program" ledger create "$work/ledgers" --parts $PARTS >/dev/null
printf '%s\n' '#!/bin/bash' "work=$work real=$program" 'PATH=/usr/bin:/bin
# Where a step is to be met, it leaves its number and waits.
name=$2; for word; do case $before in --task | --part) name=$name-$word ;; esac; before=$word; done
if [ -e "$work/hold/$name" ]; then
  echo $$ >"$work/held/$name"
  for i in $(seq 600); do [ -e "$work/hold/$name" ] || break; sleep 0.1; done
fi
exec "$real" "$@"' >"$work/claimgate"
chmod +x "$work/claimgate"
mkdir "$work/hold" "$work/held"
export CLAIMGATE=$work/claimgate

say() { echo "slurm-test: $SECONDS s: $*"; }
hold() { touch "$work/hold/$1"; }
held() { # the process that waits there
  wait_for 90 "$1 is met" test -s "$work/held/$1" >&2
  cat "$work/held/$1"
}
let_go() { rm "$work/hold/$1"; }

submit() { # NIGHT, then options of night.sh
  local n=$1
  shift
  "$night" --run "$work/run-$n" --out "$work/out-$n" --tasks $TASKS --parts $PARTS \
    --plan "--roster $work/g/roster --policy ms --as-of 2025-12-31 --ledgers $work/ledgers" \
    --merge --one-file "$@" "$work"/in-"$n"/*.csv.gz -- --time 5
}

compare() { # NIGHT, against one process on a ledger of its own
  "$program" validate "$work"/in-"$1"/*.csv.gz --roster "$work/g/roster" --as-of 2025-12-31 \
    --ledger "$work/one.ledger" --guard off --out "$work/one-$1" --quiet
  for file in accepted.csv.gz rejected.csv.gz; do cmp "$work/out-$1/$file" "$work/one-$1/$file"; done
  for folder in out one; do
    python3 - "$work/$folder-$1/report.json" >"$work/$folder-$1.counts" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
print(json.dumps({key: report[key] for key in ("counts", "units", "reasons", "warnings", "days")}))
END
  done
  cmp "$work/out-$1.counts" "$work/one-$1.counts"
  say "night $1: the same as by one process"
}

"$generate" --lines 40000 --files 8 --seed 5 --out "$work/g" >/dev/null
mkdir "$work/in-1" "$work/in-2"
mv "$work"/g/claims-0[1-5].csv.gz "$work/in-1"
mv "$work"/g/claims-0[6-8].csv.gz "$work/in-2"

start_cluster
say 'three nodes are idle'

hold ask-1
hold decide-2
submit 1
kill -9 "$(held ask-1)"
let_go ask-1
say 'a task is killed'
pid=$(held decide-2)
node=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^SLURMD_NODENAME=n//p')
lose_node "$node"
rm "$work/held/decide-2"
let_go decide-2
say "node n$node is lost"
wait_for 120 'night 1 is published' test -d "$work/out-1"
grep -q 'part ask ended with 137 and is tried again' "$work"/run-1/log/ask-*_1.log
compare 1
start_node "$node"

hold answer-0
submit 2
pid=$(held answer-0)
kill -9 "$(ps -o ppid= -p "$pid" | tr -d ' ')" "$pid"
let_go answer-0
say 'a batch shell is killed: the night stops'
wait_for 60 'the jobs behind it are cancelled' bash -c '! squeue -h -t PENDING,RUNNING | grep -q .'
[ ! -e "$work/out-2" ] || { echo 'slurm-test: published without an answer' >&2; exit 1; }
submit 2 --wait 120
compare 2

"$program" ledger verify --ledgers "$work/ledgers" >/dev/null
say 'the ledgers are sound'
