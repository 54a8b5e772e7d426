#!/bin/sh
# The package in a clean Debian 12: installed, a night run as its own account, removed; and the units
# as systemd reads them. Needs root. usage: deb_test.sh PACKAGE BUILD
set -eu
package=$1
root=$2/debian
trap 'rm -rf "$root"' EXIT
rm -rf "$root"
debootstrap --variant=minbase bookworm "$root" >"$2/debootstrap.log" 2>&1
cp "$package" "$root/tmp/claimgate.deb"
in_it() { chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
in_it apt-get update -qq
in_it apt-get install -y -qq --no-install-recommends /tmp/claimgate.deb >/dev/null
in_it claimgate --version
in_it sh -c 'ls /usr/share/man/man1/claimgate.1.gz /usr/share/bash-completion/completions/claimgate >/dev/null'
day=2025-06-30
mkdir "$root/var/lib/claimgate/in/$day"
cp fixtures/quickstart/claims.csv "$root/var/lib/claimgate/in/$day/"
cp fixtures/quickstart/roster/* "$root/var/lib/claimgate/roster/"
in_it chown -R claimgate:claimgate /var/lib/claimgate
in_it runuser -u claimgate -- claimgate-nightly $day
in_it runuser -u claimgate -- claimgate ledger verify --ledger /var/lib/claimgate/claims.ledger
[ "$(in_it stat -c '%U %a' /var/lib/claimgate/out/$day)" = 'claimgate 700' ]
# As cron would call it, which has little in its PATH.
in_it runuser -u claimgate -- env -i PATH=/usr/bin:/bin claimgate-nightly 2025-07-01
in_it apt-get remove -y -qq claimgate >/dev/null
[ ! -e "$root/usr/bin/claimgate" ]
[ -e "$root/var/lib/claimgate/claims.ledger" ] # what the payer has stays
if command -v systemd-analyze >/dev/null; then
    for unit in claimgate.service claimgate.timer claimgate-failed.service; do
        # Here the program and its man pages are not installed; anything else is a fault of the unit.
        faults=$(systemd-analyze verify --recursive-errors=no "src/packaging/$unit" 2>&1 |
            grep -v -e 'claimgate-nightly is not executable' -e "Command 'man claimgate" || true)
        [ -z "$faults" ] || { echo "$unit: $faults"; exit 1; }
    done
fi
echo 'installed, run, and removed in a clean Debian 12'
