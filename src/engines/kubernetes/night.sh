#!/bin/sh
# One night: the jobs of kustomization.yaml, each when the one before it is done. Run again after a
# failure was mended: what is done stays done. Usage: night.sh [FOLDER]
set -eu
folder=${1:-$(dirname "$0")}
manifests=$(kubectl kustomize "$folder")
job() { # the name of a step's job
  printf '%s\n' "$manifests" | sed -n "s/^  name: \(claimgate-$1-.*\)/\1/p" | head -1
}
namespace=$(printf '%s\n' "$manifests" | sed -n 's/^  namespace: //p' | head -1)
in_namespace() { kubectl --namespace "$namespace" "$@"; }
condition() { # of a job: whether it is True
  in_namespace get job "$1" -o "jsonpath={.status.conditions[?(@.type==\"$2\")].status}"
}

for step in plan ask decide answer merge; do
  # A job that has failed is in the way of its own next try.
  name=$(job $step)
  [ "$(condition "$name" Failed 2>/dev/null || true)" != True ] || in_namespace delete job "$name" --wait
done
printf '%s\n' "$manifests" | kubectl apply -f -
for step in plan ask decide answer merge; do
  name=$(job $step)
  in_namespace patch job "$name" --type merge --patch '{"spec":{"suspend":false}}'
  while [ "$(condition "$name" Complete)" != True ]; do
    if [ "$(condition "$name" Failed)" = True ]; then
      echo "$name has failed:" >&2
      in_namespace logs "job/$name" --tail=5 --all-pods >&2 || true
      exit 1
    fi
    sleep 5
  done
done
