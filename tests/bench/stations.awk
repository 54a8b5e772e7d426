# The stations of a run report (report.json) as a table.

function number() { return $2 + 0 }

$1 == "\"seconds\":" { seconds = number() }
$1 == "\"stations\":" { inside = 1; printf "%-8s %8s %8s %9s %9s\n", "station", "batches", "busy s", "ns/line", "queued s"; next }
inside && $2 == "{" { split($1, name, "\"") }
inside && $1 == "\"batches\":" { batches = number() }
inside && $1 == "\"busy_seconds\":" { busy = number() }
inside && $1 == "\"queued_seconds\":" {
    printf "%-8s %8d %8.3f %9.0f %9.3f\n", name[2], batches, busy, 1e9 * busy / lines, number()
    all += busy
}
END { printf "%-8s %8s %8.3f %9.0f   in %.3f s\n", "all", "", all, 1e9 * all / lines, seconds }
