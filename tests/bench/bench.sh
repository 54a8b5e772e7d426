#!/bin/sh
# Side by side with other programs on the same file, and with itself on other files: medians of
# several rounds, in each of which every row runs once, so that a slow minute hits all rows alike.
#
#   BENCH_LINES   lines of the input (5000000); two rows have a fifth and five times as many
#   BENCH_ROUNDS  rounds (5); mawk and duckdb run in the first alone
#   BENCH_ONLY    names of the rows to run, e.g. "claimgate igzip" (all)
#
# Rows of X12 run on an 837 file of as many lines, x12-walk on the same unpacked, x12-fivefold on one
# five times as long.
#
# Other programs are run where they are installed and named where they are not.
set -eu
here=$(dirname "$0")
claimgate=${CLAIMGATE:-build/claimgate}
work=${BUILD:-build}/bench
lines=${BENCH_LINES:-5000000}
rounds=${BENCH_ROUNDS:-5}
copies="igzip pigz gzip mawk duckdb"
shapes="fifth fivefold scope blocked plain ms-full"
x12="x12 x12-gzip x12-walk x12-fivefold"
only=${BENCH_ONLY:-claimgate $copies $shapes $x12}
base=lines-$lines
out=$work/out
results=$work/results
. "$here/inputs.sh"

# What a row runs, writing into $out.
validate() { # input, folder with its roster, policy
    echo "'$claimgate' validate '$work/$1' --roster '$work/$2/roster' --policy $3 --out '$out/run' --quiet"
}
command_of() {
    input=$work/$base/claims.csv.gz
    case $1 in
    igzip) echo "igzip -dc '$input' | igzip -1 -c >'$out/copy.gz'" ;;
    pigz) echo "pigz -dc '$input' | pigz -1 >'$out/copy.gz'" ;;
    gzip) echo "gzip -dc '$input' | gzip -1 >'$out/copy.gz'" ;;
    mawk) echo "gzip -dc '$input' | mawk -v out='$out' -f '$here/sums.awk'" ;;
    duckdb) echo "node '$here/duckdb/sums.js' '$input' '$out'" ;;
    claimgate) validate "$base/claims.csv.gz" "$base" ms ;;
    fifth) validate "lines-$((lines / 5))/claims.csv.gz" "lines-$((lines / 5))" ms ;;
    fivefold) validate "lines-$((lines * 5))/claims.csv.gz" "lines-$((lines * 5))" ms ;;
    scope) validate "scope-$lines/claims.csv.gz" "scope-$lines" ms ;;
    blocked) validate "$base/blocked.csv.gz" "$base" ms ;;
    plain) validate "$base/claims.csv" "$base" ms ;;
    ms-full) validate "$base/claims.csv.gz" "$base" ms-full ;;
    x12) validate "x12-$lines/claims.837.gz" "x12-$lines" ms ;;
    x12-gzip) echo "gzip -dc '$work/x12-$lines/claims.837.gz' | gzip -1 >'$out/copy.gz'" ;;
    x12-walk) echo "'${BUILD:-build}/tests/bench/x12_walk' '$work/x12-$lines/claims.837' >'$out/walk'" ;;
    x12-fivefold) validate "x12-$((lines * 5))/claims.837.gz" "x12-$((lines * 5))" ms ;;
    *) echo "bench: no row is named $1" >&2 && return 1 ;;
    esac
}

make_input() {
    generated "$base" "$lines"
    case $1 in
    fifth) generated "lines-$((lines / 5))" "$((lines / 5))" ;;
    fivefold) generated "lines-$((lines * 5))" "$((lines * 5))" ;;
    scope) generated "scope-$lines" "$lines" --out-of-scope 95 ;;
    blocked) blocked "$base" ;;
    plain) unpacked "$base" claims.csv ;;
    x12 | x12-gzip) generated_x12 "x12-$lines" "$lines" ;;
    x12-walk) generated_x12 "x12-$lines" "$lines" && unpacked "x12-$lines" claims.837 ;;
    x12-fivefold) generated_x12 "x12-$((lines * 5))" "$((lines * 5))" ;;
    esac
}

# How to get what is not there; nothing when it is.
missing() {
    case $1 in
    igzip) package=isal ;;
    pigz | gzip | mawk) package=$1 ;;
    x12-gzip) command -v gzip >/dev/null || echo "make deps-bench, or apt-get install gzip" && return ;;
    duckdb)
        [ -d "$here/duckdb/node_modules" ] || echo "make deps-bench, or npm ci in $here/duckdb"
        return
        ;;
    *) return ;;
    esac
    command -v "$1" >/dev/null || echo "make deps-bench, or apt-get install $package"
}

version_of() {
    case $1 in
    claimgate) "$claimgate" --version | head -n 1 ;;
    igzip) igzip -V 2>&1 | head -n 1 ;;
    pigz | gzip) "$1" --version 2>&1 | head -n 1 ;;
    mawk) mawk -W version 2>&1 | head -n 1 ;;
    duckdb) node -p "'duckdb ' + require('$PWD/$here/duckdb/node_modules/@duckdb/node-api/package.json').version + ', node ' + process.version" ;;
    esac
}

count_of() { # key of the counts in the report of a run of ours
    awk -v key="\"$1\":" '$1 == key && $2 ~ /^[0-9]/ { print $2 + 0; exit }' "$out/run/report.json" 2>/dev/null || echo 0
}

# One line in $results: row, seconds, CPU seconds, peak KiB of the largest process, bytes out, records, accepted.
run_row() {
    rm -rf "$out"
    mkdir -p "$out"
    sync
    if ! /usr/bin/time -q -o "$work/time" -f '%e %U %S %M' sh -c "$(command_of "$1")"; then
        printf 'bench: %s failed\n' "$1" >&2
        return
    fi
    if [ "$1" = x12-walk ]; then # says its own seconds and the bytes that it walked over
        awk -v peak="$(cut -d' ' -f4 "$work/time")" '{ print "x12-walk", $1, $1, peak, $2, 0, 0 }' "$out/walk" >>"$results"
        return
    fi
    bytes=$(find "$out" -type f ! -name report.json -printf '%s\n' | awk '{ sum += $1 } END { printf "%d", sum }')
    awk -v row="$1" -v bytes="$bytes" -v records="$(count_of records)" -v accepted="$(count_of accepted)" \
        '{ print row, $1, $2 + $3, $4, bytes, records, accepted }' "$work/time" >>"$results"
}

mkdir -p "$work"
: >"$results"
[ -x /usr/bin/time ] || { echo "bench: needs GNU time: make deps-bench, or apt-get install time" >&2 && exit 1; }
rows=""
for row in $only; do
    need=$(missing "$row")
    if [ -n "$need" ]; then
        printf '%s is not installed: %s\n' "$row" "$need"
        continue
    fi
    make_input "$row"
    rows="$rows $row"
done

printf '\n%s, %s cores, Linux %s, %s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
    "$(nproc)" "$(uname -r)" "$(date -u +%Y-%m-%dT%H:%MZ)"
for row in $rows; do version_of "$row"; done
for file in "$work/$base/claims.csv.gz" "$work/x12-$lines/claims.837.gz"; do
    [ ! -f "$file" ] || ls -l "$file" | awk '{ printf "input: %.1f MB of gzip, %s\n", $5 / 1e6, $NF }'
done
printf 'load average before: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
round=1
while [ "$round" -le "$rounds" ]; do
    for row in $rows; do
        case $row in mawk | duckdb) [ "$round" -gt 1 ] && continue ;; esac
        run_row "$row"
    done
    round=$((round + 1))
done
printf 'load average after:  %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
rm -rf "$out"
awk -v copies="$copies" -v shapes="$shapes" -v x12="$x12" -f "$here/tables.awk" "$results"
