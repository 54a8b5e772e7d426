# What callgrind_annotate printed, as instructions a line. With what=stations the inclusive cost of
# each station's function, in the order of the belt; else every function's own cost, the parts
# that were inlined from headers added up.

BEGIN {
    count = split("read_batch unpack cut parse decide cg_station_encode cg_station_write", functions, " ")
    split("read unpack cut parse decide encode write", names, " ")
}

/PROGRAM TOTALS/ { gsub(/,/, "", $1); total = $1 }

# "1,234 ( 0.10%)  src/gate/past.c:find_tag [build/claimgate]"
/^ *[0-9,]+ \( *[0-9.]+%\)/ {
    line = $0
    gsub(/,/, "", line)
    cost = line + 0
    sub(/^[^)]*\) */, "", line)
    place = line
    sub(/ \[.*$/, "", line)
    sub(/^.*:/, "", line)
    sub(/\.(lto_priv|isra|part|constprop).*$/, "", line) # what the compiler made of a function
    if (line == "PROGRAM TOTALS") next
    if (place ~ /\/lib[a-z]+[-.0-9a-z]*\.so/ && line ~ /^0x/) {
        sub(/^.*\//, "", place)
        sub(/\].*$/, "", place)
        line = "(" place ")"
    }
    own[line] += cost
    if (place ~ /src\/run\// && cost > station[line]) station[line] = cost # parts of it stand further down
}

END {
    if (what == "stations") {
        for (i = 1; i <= count; i++) printf "%-8s %9.0f\n", names[i], station[functions[i]] / lines
        printf "%-8s %9.0f\n", "all", total / lines
        exit
    }
    for (name in own) if (own[name] / lines >= 10) printf "%9.0f  %s\n", own[name] / lines, name
}
