# The results of bench.sh as two tables. A row's figures are the medians of its rounds.
# Input: row, seconds, CPU seconds, peak KiB, bytes out, records, accepted.

{
    n = ++rounds[$1]
    for (field = 2; field <= 7; field++) value[$1, field, n] = $field
}

function median(row, field,    n, i, j, swap, sorted) {
    n = rounds[row]
    for (i = 1; i <= n; i++) {
        sorted[i] = value[row, field, i]
        for (j = i; j > 1 && sorted[j] < sorted[j - 1]; j--) {
            swap = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = swap
        }
    }
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

function verdict(met, wanted) { return wanted (met ? "  met" : "  missed") }

function ns_per_line(row) { return 1e9 * median(row, 2) / median(row, 6) }

# At most 64 bytes for each accepted line plus 64 MiB.
function bytes_per_line(row,    bytes) {
    bytes = median(row, 4) * 1024 - 64 * 1048576
    return bytes > 0 ? bytes / median(row, 7) : 0
}

function other(row, limit,    ratio) {
    if (!(row in rounds)) return
    ratio = median("claimgate", 2) / median(row, 2)
    printf "%-10s %8.2f %8.2f %9.0f %9.1f %10.2f   %s\n", row, median(row, 2), median(row, 3),
           median(row, 4) / 1024, median(row, 5) / 1e6, ratio, limit ? verdict(ratio <= limit, "at most " limit) : ""
}

function shape(row, what, low, high,    ratio, wanted) {
    if (!(row in rounds)) return
    ratio = ns_per_line(row) / ns_per_line("claimgate")
    wanted = low ? low " to " high : high ? "at most " high : ""
    printf "%-42s %9d %7.2f %8.0f %8.0f %7.2f %7.0f %8.0f   %s\n", what, median(row, 6), median(row, 2),
           ns_per_line(row), 1e9 * median(row, 3) / median(row, 6), ratio, median(row, 4) / 1024, bytes_per_line(row),
           wanted ? verdict(ratio >= low && ratio <= high, wanted) : ""
}

# Text, of the file as it is unpacked.
function on_x12(row, what, least,    rate) {
    if (!(row in rounds)) return
    rate = "x12-walk" in rounds && row != "x12-fivefold" ? median("x12-walk", 5) / 1e6 / median(row, 2) : 0
    printf "%-42s %8.2f %8.2f %9s %9.0f   %s\n", what, median(row, 2), median(row, 3), rate ? sprintf("%.0f", rate) : "",
           median(row, 4) / 1024, least ? verdict(rate >= least, "at least " least) : ""
}

function table_of_x12() {
    count = split(x12, names, " ")
    for (i = 1; i <= count && !(names[i] in rounds); i++) {}
    if (i > count) return
    printf "\n%-42s %8s %8s %9s %9s   %s\n", "X12", "wall s", "CPU s", "MB/s text", "peak MiB", "target"
    on_x12("x12-walk", "walked over on one thread, plain", 300)
    on_x12("x12", "claimgate, gzip to gzip")
    on_x12("x12-gzip", "gzip -dc | gzip -1")
    on_x12("x12-fivefold", "claimgate, five times as long")
}

END {
    table_of_x12()
    if (!("claimgate" in rounds)) exit
    limit["igzip"] = 1.0; limit["pigz"] = 0.45; limit["gzip"] = 0.3; limit["mawk"] = 0.08; limit["duckdb"] = 0.03
    printf "\n%-10s %8s %8s %9s %9s %10s   %s\n", "program", "wall s", "CPU s", "peak MiB", "MB out", "claimgate", "target"
    printf "%-10s %8s %8s %9s %9s %10s\n", "", "", "", "", "", "to it"
    other("claimgate")
    count = split(copies, names, " ")
    for (i = 1; i <= count; i++) other(names[i], limit[names[i]])

    printf "\n%-42s %9s %7s %8s %8s %7s %7s %8s   %s\n", "claimgate on", "lines", "wall s", "ns/line", "CPU ns", "to 1st",
           "MiB", "B/accep.", "target for ns/line"
    shape("claimgate", "the file above")
    shape("fifth", "a fifth of the lines", 0.9, 1.1)
    shape("fivefold", "five times the lines", 0.9, 1.1)
    shape("scope", "95 % of lines out of scope", 0, 0.67)
    shape("blocked", "blocked gzip (its own accepted file)")
    shape("plain", "plain CSV")
    shape("ms-full", "the file above, every credential demand")
    printf "B/accep.: resident bytes above 64 MiB for each accepted line; target at most 64: %s\n",
           bytes_per_line("claimgate") <= 64 ? "met" : "missed"
}
