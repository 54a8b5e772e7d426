# For scripts that compare a run in parts with the same run in one piece. The caller has set $program,
# $work, $parts and $tasks.
# shellcheck shell=bash disable=SC2154,SC2034
bad=0
complain() {
    echo "parts $parts, tasks $tasks: $1"
    bad=1
}
# What two reports must have alike; the folder's name is told without "one" or "parts".
report() { sed '/"timing": {/,$d; s|/parts\([0-9]*"\)|/one\1|' "$1"; }
page() { sed '/Where the time went/,/<\/table>/d' "$1"; }
summary() { grep -v '^published\|seconds' "$1"; }

# RUN FILE... OPTION...: all steps but the last.
steps() {
    local run=$1
    shift
    "$program" part plan "$@" --run "$run" --tasks "$tasks" --quiet || return
    for ((i = 0; i < tasks; i++)); do "$program" part ask --run "$run" --task $i || return; done
    for ((i = 0; i < parts; i++)); do "$program" part decide --run "$run" --part $i || return; done
    for ((i = 0; i < tasks; i++)); do "$program" part answer --run "$run" --task $i || return; done
}

# ONE PARTS: two folders with the same files, but for times.
compare_folders() {
    diff <(cd "$1" && ls) <(cd "$2" && ls) || complain "other files in $2"
    for file in "$1"/*; do
        local name=${file##*/}
        case $name in
        report.json) diff <(report "$file") <(report "$2/$name") || complain "another report in $2" ;;
        report.html) cmp <(page "$file") <(page "$2/$name") || complain "another page in $2" ;;
        *) cmp "$file" "$2/$name" || complain "another $name in $2" ;;
        esac
    done
}
