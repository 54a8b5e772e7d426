/*
 * audit.xlsx, unpacked and read as the XML that it is.
 */
#include "support/audited.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char claims[] =
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,"
    "rendering_npi,charge_amount\n"
    "=1+1,1,+M1,2025-01-06,H0038,4,1000000004,80.10\n"
    "-2,1,@M2,2025-01-07,H0038,3,1000000004,0.0001\n"
    "A\xff<,1,M3,2025-01-08,H0038,3,1000000004,\n";
static const char nothing[] = "claim_id,claim_line_number\n";

struct book {
    struct audited_history history;
    const char *out;
};

static void make(struct book *book) {
    struct scene *scene = &book->history.scene;
    struct run run;
    scene_make(scene);
    book->history.roster = "fixtures/quickstart/roster";
    const char *now = scene_file(scene, "now.csv", claims, sizeof claims - 1);
    scene_file(scene, "accepted.csv", nothing, sizeof nothing - 1);
    scene_file(scene, "rejected.csv", nothing, sizeof nothing - 1);
    book->out = scene_path(scene, "audit");
    history_audit(&book->history, book->out,
                  WITH(now, "--decided", scene->dir, "--as-of", "2025-06-30", "--xlsx"), &run);
    cr_assert(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
}

/* A part of the workbook, as text in `run`. */
static void read_part(struct book *book, const char *part, struct run *run) {
    static const char script[] = "import sys, zipfile\n"
                                 "with zipfile.ZipFile(sys.argv[1]) as book:\n"
                                 "    sys.stdout.write(book.read(sys.argv[2]).decode())\n";
    const char *path = scene_path(&book->history.scene, "audit/audit.xlsx");
    run_program(WITH("/usr/bin/python3", "-c", script, path, part), NULL, run);
    cr_assert(run->exit_code == 0, "%s", run->err);
}

Test(audit_workbook, a_cell_that_begins_like_a_formula_is_text, .timeout = 60) {
    struct book book;
    struct run run;
    make(&book);
    read_part(&book, "xl/worksheets/sheet6.xml", &run);
    cr_expect(strstr(run.out, "t=\"inlineStr\"><is><t>=1+1</t>") != NULL, "%s", run.out);
    cr_expect(strstr(run.out, "<t>+M1</t>") != NULL && strstr(run.out, "<t>@M2</t>") != NULL &&
                  strstr(run.out, "<t>-2</t>") != NULL,
              "%s", run.out);
    cr_expect(strstr(run.out, "<f>") == NULL && strstr(run.out, "<v>") == NULL, "%s", run.out);
    cr_expect(strstr(run.out, "<t>80.1000</t>") != NULL, "charges are exact: %s", run.out);
    cr_expect(strstr(run.out, "&lt;</t>") != NULL && strchr(run.out, '\xff') == NULL, "%s",
              run.out);
    run_fini(&run);
    scene_remove(&book.history.scene);
}

Test(audit_workbook, the_tables_stand_before_the_changes, .timeout = 60) {
    struct book book;
    struct run run;
    make(&book);
    read_part(&book, "xl/workbook.xml", &run);
    const char *const names[] = {"Summary",     "By year",   "By agency",
                                 "By provider", "By reason", "Changes"};
    const char *at = run.out;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        at = strstr(at, names[i]);
        cr_assert(at != NULL, "%s: %s", names[i], run.out);
    }
    run_fini(&run);
    read_part(&book, "xl/worksheets/sheet4.xml", &run);
    cr_expect(strstr(run.out, "<t>1000000004</t>") != NULL && strstr(run.out, "<v>2</v>") != NULL &&
                  strstr(run.out, "<v>7</v>") != NULL && strstr(run.out, "<t>80.1001</t>") != NULL,
              "%s", run.out);
    run_fini(&run);
    scene_remove(&book.history.scene);
}

Test(audit_workbook, it_appears_with_the_folder_alone_and_for_its_owner, .timeout = 60) {
    struct book book;
    struct stat facts;
    make(&book);
    cr_assert(stat(scene_path(&book.history.scene, "audit/audit.xlsx"), &facts) == 0);
    cr_expect_eq(facts.st_mode & 0777, 0600);
    struct run run;
    run_program(WITH("/bin/ls", "-A", book.out), NULL, &run);
    cr_expect_str_eq(run.out, "audit.xlsx\nchanges.csv.gz\nsummary.json\n");
    run_fini(&run);
    scene_remove(&book.history.scene);
}
