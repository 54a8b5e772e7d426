# A Slurm cluster of three nodes on this machine, below $cluster. To be sourced by bash, as root, in
# namespaces of its own for processes and network (slurm.sh), so that nothing can outlive it or be in
# its way. All waits are bounded.

wait_for() { # SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if [ $SECONDS -ge $end ]; then
      echo "slurm-test: $what: not within its time" >&2
      tail -n 5 "$cluster"/log/*.log >&2 || true
      return 1
    fi
    sleep 0.1
  done
}

write_configuration() {
  cat >"$cluster/slurm.conf" <<END
ClusterName=claims
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=16817
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$cluster/run/munge.sock,cred_expire=5
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool/%n
SlurmctldPidFile=$cluster/run/slurmctld.pid
SlurmdPidFile=$cluster/run/slurmd-%n.pid
SlurmctldLogFile=$cluster/log/slurmctld.log
SlurmdLogFile=$cluster/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$cluster/log/jobcomp.txt
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1
SlurmdTimeout=5
MessageTimeout=3
KillWait=2
MinJobAge=600
JobRequeue=1
NodeName=n[1-3] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[16821-16823] CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=claims Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
}

nodes_are_idle() { # HOW-MANY; the printed state, for `sinfo -t idle` lists unknown ones too
  [ "$(timeout 5 sinfo -h -N -o %T 2>/dev/null | grep -cx idle)" = "$1" ]
}

start_node() {
  mkdir -p "$cluster/spool/n$1"
  slurmd -N "n$1"
}

start_cluster() {
  export SLURM_CONF=$cluster/slurm.conf
  mkdir -p "$cluster"/{state,log,run}
  write_configuration
  (umask 077 && head -c 1024 /dev/urandom >"$cluster/munge.key")
  munged --force --key-file="$cluster/munge.key" --socket="$cluster/run/munge.sock" \
    --pid-file="$cluster/run/munged.pid" --log-file="$cluster/log/munged.log" \
    --seed-file="$cluster/munge.seed"
  slurmctld -c
  for n in 1 2 3; do start_node $n; done
  wait_for 60 'three idle nodes' nodes_are_idle 3
}

with_child_processes() { # a process and all below it
  local child
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do with_child_processes "$child"; done
  echo "$1"
}

runs_on() { # PROCESS NODE: whether a job below that process has been told that it is on the node
  local child
  for child in $(with_child_processes "$1"); do
    if { tr '\0' '\n' <"/proc/$child/environ"; } 2>/dev/null | grep -qx "SLURMD_NODENAME=n$2"; then
      return 0
    fi
  done
  return 1
}

lose_node() { # the daemon of node N, and all that runs there, as if its power had gone: at once
  local step lost
  lost=$(cat "$cluster/run/slurmd-n$1.pid")
  for step in $(pgrep -f "^slurmstepd: " || true); do
    if runs_on "$step" "$1"; then
      lost="$lost $(with_child_processes "$step")"
    fi
  done
  # None is left to see another one end.
  # shellcheck disable=SC2086
  kill -STOP $lost 2>/dev/null || true
  # shellcheck disable=SC2086
  kill -9 $lost 2>/dev/null || true
}

stop_cluster() {
  timeout 10 scancel --user root --state PENDING,RUNNING 2>/dev/null || true
  for file in "$cluster"/run/*.pid; do
    [ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
  done
}
