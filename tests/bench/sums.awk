# The two sums of a cap check and nothing else: units of a member on a day and in a benefit year
# (1 July to 30 June), lines within 6 and 200 to one plain file, the others to another.
# Usage: mawk -v out=DIR -f sums.awk
BEGIN { FS = "," }
NR == 1 {
    for (i = 1; i <= NF; i++) column[$i] = i
    member = column["member_id"]
    start = column["claim_line_start_date"]
    quantity = column["service_unit_quantity"]
    accepted = out "/accepted.csv"
    rejected = out "/rejected.csv"
    print > accepted
    next
}
{
    day = $start
    year = substr(day, 1, 4) - (substr(day, 6, 2) + 0 < 7)
    if (daily[$member, day] + $quantity > 6 || yearly[$member, year] + $quantity > 200) {
        print > rejected
        next
    }
    daily[$member, day] += $quantity
    yearly[$member, year] += $quantity
    print > accepted
}
