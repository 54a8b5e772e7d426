/*
 * An X12 835 where claims are released: those that were denied whole are freed.
 */
#include "support/scene.h"
#include "support/x12_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char remittance[] =
    "ISA*00*          *00*          *ZZ*PAYER1         *ZZ*SENDER         "
    "*250630*0000*^*00501*000000906*0*P*:~\n"
    "GS*HP*PAYER1*SENDER*20250630*0000*1*X*005010X221A1~\nST*835*0001~\nLX*1~\n"
    "CLP*C-1*4*10*0**MC*PCN-1~\nNM1*QC*1*DOE*JANE****MI*M-1~\nSVC*HC:H0038*10*0**2~\n"
    "CLP*C-2*1*10*10**MC*PCN-2~\nNM1*QC*1*DOE*JANE****MI*M-1~\nSVC*HC:H0038*10*0**2~\n"
    "CLP*C-3*22*-10*-10**MC*PCN-3~\nCLP*C-4*2*10*10**MC*PCN-4~\n"
    "SE*11*0001~\nGE*1*1~\nIEA*1*000000906~\n";

static void run_tool(const char *const argv[], int exit_code, const char *out, const char *err) {
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s", run.err);
    cr_expect_not_null(strstr(run.out, out), "\"%s\" is not in %s", out, run.out);
    cr_expect_not_null(strstr(run.err, err), "\"%s\" is not in %s", err, run.err);
    run_fini(&run);
}

Test(remittance, claims_that_were_denied_whole_are_freed) {
    static const char roster[] = "npi,credential_type,status,effective_date,end_date\n"
                                 "1000000004,CPSSP-MH,current,2020-01-01,\n";
    struct scene scene;
    struct cg_buffer text;
    scene_make(&scene);
    cg_buffer_init(&text, 1 << 20);
    cr_assert_eq(mkdir(scene_path(&scene, "roster"), 0700), 0);
    scene_file(&scene, "roster/credentials.csv", roster, sizeof roster - 1);
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_CLAIM("C-2"));
    const char *ledger = scene_path(&scene, "claims.ledger");
    const char *claims = scene_file(&scene, "in.837", text.data, text.len_bytes);
    const char *denied = scene_file(&scene, "denied.835", remittance, sizeof remittance - 1);
    const char *cut = scene_file(&scene, "cut.835", remittance, sizeof remittance - 20);
    const char *twice = scene_file(&scene, "twice.835", remittance, sizeof remittance - 2);
    const char *const validate[] = {
        run_claimgate(), "validate", claims, "--roster", scene_path(&scene, "roster"), "--as-of",
        "2025-12-31",    "--ledger", ledger, "--out",    scene_path(&scene, "out"),    NULL};
    const char *const release[] = {run_claimgate(), "ledger", "release", denied,
                                   "--ledger",      ledger,   NULL};
    const char *const again[] = {run_claimgate(), "ledger", "release", twice,
                                 "--ledger",      ledger,   NULL};
    const char *const explain[] = {run_claimgate(), "explain", "PCN-2", "--ledger", ledger, NULL};
    const char *const cut_off[] = {run_claimgate(), "ledger", "release", cut,
                                   "--ledger",      ledger,   NULL};
    run_tool(validate, 0, "accepted", "");
    run_tool(cut_off, 65, "", "cut.835: ends before IEA");
    run_tool(release, 0, "1 accepted line freed, named in 1 row", "1 lines were denied in claims");
    run_tool(again, 0, "",
             "claims whose payment was reversed (CLP02 is 22): 1; they are not freed");
    const char *numbers = scene_file(&scene, "numbers.835", remittance, sizeof remittance - 2);
    const char *const alias_of[] = {run_claimgate(), "ledger", "alias", numbers,
                                    "--ledger",      ledger,   NULL};
    run_tool(alias_of, 0, "4", "");
    run_tool(explain, 0, "accepted", "");
    run_tool(explain, 0, "in.837, segment 19\n", "");
    cg_buffer_fini(&text);
    scene_remove(&scene);
}
