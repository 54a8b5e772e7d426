# Sourced by the scripts beside it: the claim files they run on, made once and kept in $work.
# Made by `build/generate` and packed by `gzip -6`, so that they are ordinary single-stream gzip.

# made NAME LINES FILE [OPTION...]: makes $work/NAME/FILE.gz, a claim file, and $work/NAME/roster.
# The roster is good for ms-full, of which ms reads one file.
made() {
    folder=$work/$1 count=$2 file=$3
    shift 3
    [ -f "$folder/$file.gz" ] && return
    printf 'making %s (%s lines)\n' "$folder" "$count" >&2
    rm -rf "$folder"
    "$(dirname "$claimgate")/generate" --out "$folder" --lines "$count" --policy-shape ms-full --plain --quiet "$@"
    gzip -6 -n "$folder/$file"
}
generated() { # NAME LINES [OPTION...]
    name=$1 many=$2
    shift 2
    made "$name" "$many" claims.csv "$@"
}
generated_x12() { # NAME LINES
    made "$1" "$2" claims.837 --layout x12-837p --errors 0
}

# Not worth a figure: made by one run of what is measured elsewhere, or by unpacking.
unpacked() { # NAME FILE
    [ -f "$work/$1/$2" ] || gzip -dc "$work/$1/$2.gz" >"$work/$1/$2"
}
blocked() {
    [ -f "$work/$1/blocked.csv.gz" ] && return
    rm -rf "$work/blocked"
    "$claimgate" validate "$work/$1/claims.csv.gz" --roster "$work/$1/roster" --quiet --out "$work/blocked"
    mv "$work/blocked/accepted.csv.gz" "$work/$1/blocked.csv.gz"
    rm -rf "$work/blocked"
}
