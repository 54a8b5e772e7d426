# Sourced by the scripts beside it: the claim files they run on, made once and kept in $work.
# Made by `build/generate` and packed by `gzip -6`, so that they are ordinary single-stream gzip.

# generated NAME LINES [OPTION...]: makes $work/NAME/claims.csv.gz and $work/NAME/roster.
# The roster is good for ms-full, of which ms reads one file.
generated() {
    folder=$work/$1 count=$2
    shift 2
    [ -f "$folder/claims.csv.gz" ] && return
    printf 'making %s (%s lines)\n' "$folder" "$count" >&2
    rm -rf "$folder"
    "$(dirname "$claimgate")/generate" --out "$folder" --lines "$count" --policy-shape ms-full --plain --quiet "$@"
    gzip -6 -n "$folder/claims.csv"
}

# Not worth a figure: made by one run of what is measured elsewhere, or by unpacking.
unpacked() {
    [ -f "$work/$1/claims.csv" ] || gzip -dc "$work/$1/claims.csv.gz" >"$work/$1/claims.csv"
}
blocked() {
    [ -f "$work/$1/blocked.csv.gz" ] && return
    rm -rf "$work/blocked"
    "$claimgate" validate "$work/$1/claims.csv.gz" --roster "$work/$1/roster" --quiet --out "$work/blocked"
    mv "$work/blocked/accepted.csv.gz" "$work/$1/blocked.csv.gz"
    rm -rf "$work/blocked"
}
