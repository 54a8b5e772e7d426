/*
 * The folder of a run in parts was damaged on its way from step to step: cut, swapped, mixed with
 * another run's, or edited. Nothing is published, and whoever reads it is told what to make again.
 */
#include "support/script.h"

#include <criterion/criterion.h>

/* A run of three parts and two tasks that has come to its merge, and one of one part, of the same
 * files. `json FILE CODE` and `rows FILE CODE` change a manifest, d, or the rows of a piece, r, by
 * Python. `step NAME OPTION NUMBER` makes one again, tells its exit code with the command that its
 * message ends in, and brings back the run as it was. */
#define BEGIN                                                                                      \
    "p=$0; s=$1; f=fixtures/quickstart; rules=\"--roster $f/roster --as-of 2025-06-30\"\n"         \
    "cut() { head -n 1 $f/claims.csv; sed -n \"$1p\" $f/claims.csv; }\n"                           \
    "cut 2,6 > $s/a.csv; cut 7,12 > $s/b.csv; cut 13,99 > $s/c.csv\n"                              \
    "cl() { \"$p\" part \"$@\" --quiet; }\n"                                                       \
    "steps() { cl plan $s/[abc].csv --run $1 --parts $2 --tasks 2 $rules\n"                        \
    "for i in 0 1; do cl ask --run $1 --task $i; done\n"                                           \
    "for ((i = 0; i < $2; i++)); do cl decide --run $1 --part $i; done\n"                          \
    "for i in 0 1; do cl answer --run $1 --task $i; done; }\n"                                     \
    "steps $s/R 3; steps $s/one 1; cp -r $s/R $s/good\n"                                           \
    "json() { python3 -c 'import json,sys; f=sys.argv[1]; d=json.load(open(f)); "                  \
    "exec(sys.argv[2]); json.dump(d, open(f, \"w\"))' $s/R/$1 \"$2\"; }\n"                         \
    "rows() { python3 -c 'import gzip,sys\n"                                                       \
    "f=sys.argv[1]; b=gzip.open(f).read(); r=[]\n"                                                 \
    "while b: n=2+int.from_bytes(b[:2], \"little\"); r.append(b[:n]); b=b[n:]\n"                   \
    "exec(sys.argv[2]); gzip.open(f, \"wb\").write(b\"\".join(r))' $s/R/$1 \"$2\"; }\n"            \
    "back() { rm -r $s/R; cp -r $s/good $s/R; }\n"                                                 \
    "step() { rm -rf $s/R/$1/$3; cl $1 --run $s/R $2 $3 2> $s/e; echo $? "                         \
    "$(grep -o 'make it again with .*\\|books do not balance' $s/e | sed \"s|$s|.|g\"); back; }\n" \
    "merge() { step merge --out $s/o \"$@\"; ls -d $s/o 2> $s/e; }\n"

Test(part_hostile, what_a_task_handed_on_is_decided_as_it_was_or_not_at_all, .timeout = 240) {
    script_expect_told(
        BEGIN "q=ask/1/part-0.rows.gz; { rm $s/R/$q; step decide --part 0\n"
              "for i in ask/0/part-0 ask/1/part-1; do cp $s/R/$i.rows.gz $s/R/$q\n"
              "step decide --part 0; done\n"
              "for i in R/ask/0 one/ask/1; do cp $s/$i/* $s/R/ask/1; step decide --part 2; done\n"
              "json ask/1/input.json 'd[\"days\"]=[9999999]'; step decide --part 0\n"
              "for o in 'r[1],r[2]=r[2],r[1]' 'r.pop()' 'r.append(r[-1])' 'r[1]=r[1][:-1]' "
              "'r[1]=b\"\\3\\0abc\"' 'r[0]=r[1]' 'r=[]' 'r[-1]=r[-1][:-3]' "
              "'r[1]=b\"\\7\\0\\0\\0\\0\\0abc\"'; do rows $q \"$o\"; step decide --part 0; done\n"
              "} | sort | uniq -c | sed 's/^ *//'",
        "15 65 make it again with `claimgate part ask --run ./R --task 1`\n");
}

Test(part_hostile, decisions_are_put_to_the_lines_they_were_made_of_or_to_none, .timeout = 240) {
    script_expect_told(
        BEGIN
        "{ for o in 'r[1],r[2]=r[2],r[1]' 'r.pop()' 'r.append(r[-1])' 'r[1]=r[1][:-1]' "
        "'r[1]=b\"\\3\\0abc\"' 'r[0]=r[1]' 'r=[]'; do "
        "rows decide/0/ask-1.rows.gz \"$o\"; step answer --task 1; done\n"
        "json decide/0/decide.json 'd[\"pieces\"].pop()'; step answer --task 1\n"
        "q=ask/1/passing.rows.gz; for o in 'r.append(r[-1])' 'r.pop()' 'r[-1]=b\"\\3\\0abc\"' "
        "'r[-1]=b\"\\7\\0abcdefg\"' 'r[-1]=b\"\\4\\0\\0\\0\\0\\0\"'; do rows $q \"$o\"\n"
        "step answer --task 1; done; rm $s/R/$q; step answer --task 1\n"
        "} | sort | uniq -c | sed 's/^ *//'",
        "6 65 make it again with `claimgate part ask --run ./R --task 1`\n"
        "8 65 make it again with `claimgate part decide --run ./R --part 0`\n");
}

/* Of counts that name nothing, of books that do not balance, and of pieces that are not whole. */
Test(part_hostile, what_tasks_and_parts_tell_is_published_as_it_was_or_not_at_all, .timeout = 240) {
    script_expect_told(
        BEGIN
        "{ t=tally; for o in notices\"'][0]['first']=[[99,1]]\" shapes\"']['records']=[[9999,1]]\" "
        "shapes\"']['values']=[[9999,0,1]]\" shapes\"']['values']=[[0,9999,1]]\" "
        "$t\"']['days']=[[-99999999,1,1]]\" $t\"']['reasons']=[[99,1,1]]\" "
        "$t\"']['caps']=[[9999,1,1]]\" $t\"']['warnings']=[[99,1]]\" "
        "$t\"']['first_duplicate']='ab'*9999\" $t\"']['crosswalked']='xy'\" "
        "pieces\"'][0]['file']='other.csv.gz'\" $t\"']['records']+=1\" $t\"']['claims']+=1\" "
        "$t\"']['units_submitted']+=1\" pieces\"'][0]['rows']+=1\" pieces\"'][1]['rows']+=1\" "
        "task\"']=0\"; do json answer/1/tally.json \"d['$o\"; merge; done\n"
        "for o in [[99,1]] [[0,1]]*9; do json decide/1/decide.json "
        "\"d['take_backs_in_vain']['first']=$o\"; merge; done\n"
        "for o in rm 'truncate -s -9' 'sed -i $d'; do for one in '' --one-file; do "
        "$o $s/R/answer/1/accepted.csv.gz; merge $one; done; done\n"
        "} | sort | uniq -c | sed 's/^ *//'",
        "18 65 make it again with `claimgate part answer --run ./R --task 1`\n"
        "2 65 make it again with `claimgate part decide --run ./R --part 1`\n"
        "5 70 books do not balance\n");
}

/* plan.json was edited by hand: no step begins. */
Test(part_hostile, a_plan_that_was_edited_is_refused_by_every_step, .timeout = 120) {
    script_expect_told(
        BEGIN "for o in first_inputs\"'][0]=1\" first_inputs\"'][-1]=9\" first_inputs\"'][1]=9\" "
              "first_inputs\"'].pop()\" as_of\"']='2025-02-30'\" layout\"']['header_input']=7\" "
              "parts\"']=0\" policy\"']['sha256']='0'*64\" "
              "roster\"']['files'].pop()\"; do json plan.json \"d['$o\"\n"
              "cl ask --run $s/R --task 0 2> $s/e; echo $? $(grep -o 'is not as it was made; "
              "begin.*\\|parts must be\\|is not the one that' $s/e | head -n 1); back; done",
        "65 is not as it was made; begin again with another --run\n"
        "65 is not as it was made; begin again with another --run\n"
        "65 is not as it was made; begin again with another --run\n"
        "65 is not as it was made; begin again with another --run\n"
        "65 is not as it was made; begin again with another --run\n"
        "65 is not as it was made; begin again with another --run\n"
        "65 parts must be\n"
        "78 is not the one that\n"
        "78 is not the one that\n");
}
