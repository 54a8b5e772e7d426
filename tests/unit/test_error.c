#include "claimgate/base/error.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

Test(error, first_failure_wins) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_error_set(&err, CG_BAD_DATA, "line %d", 7), CG_BAD_DATA);
    cr_assert_eq(cg_error_set(&err, CG_IO, "later"), CG_BAD_DATA);
    cr_assert_eq(cg_error_set_errno(&err, CG_IO, ENOSPC, "later"), CG_BAD_DATA);
    cr_assert_str_eq(err.text, "line 7");
}

Test(error, system_failures_name_their_reason) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_error_set_errno(&err, CG_IO, ENOSPC, "cannot write \"%s\"", "a.gz"), CG_IO);
    cr_assert_str_eq(err.text, "cannot write \"a.gz\": No space left on device");
}

Test(error, denied_access_is_a_status_of_its_own) {
    const int denials[] = {EACCES, EPERM};
    for (size_t i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_assert_eq(cg_error_set_errno(&err, CG_NO_INPUT, denials[i], "x"), CG_NO_PERMISSION);
    }
}

Test(error, a_fault_of_the_machine_is_no_missing_input) {
    static const struct {
        int errno_value;
        enum cg_status tried, told;
    } CASES[] = {{ENOENT, CG_NO_INPUT, CG_NO_INPUT},
                 {ENOTDIR, CG_NO_INPUT, CG_NO_INPUT},
                 {EIO, CG_NO_INPUT, CG_IO},
                 {EMFILE, CG_NO_INPUT, CG_IO},
                 {ENFILE, CG_NO_INPUT, CG_IO},
                 {ESTALE, CG_NO_INPUT, CG_IO},
                 {ETIMEDOUT, CG_NO_INPUT, CG_IO},
                 {ENOMEM, CG_NO_INPUT, CG_INTERNAL},
                 {EIO, CG_CANNOT_CREATE, CG_CANNOT_CREATE}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_expect_eq(cg_error_set_errno(&err, CASES[i].tried, CASES[i].errno_value, "x"),
                     CASES[i].told, "case %zu", i);
    }
}

Test(error, wrap_puts_the_context_in_front) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_error_wrap(&err, "nothing failed"), CG_OK);
    cr_assert_str_eq(err.text, "");
    (void)cg_error_set(&err, CG_BAD_DATA, "bad CRC");
    cr_assert_eq(cg_error_wrap(&err, "%s: member %d", "a.gz", 2), CG_BAD_DATA);
    cr_assert_str_eq(err.text, "a.gz: member 2: bad CRC");
}

Test(error, message_stays_one_line) {
    struct cg_error err = CG_ERROR_INIT;
    (void)cg_error_set(&err, CG_NO_INPUT, "cannot open \"%s\"", "a\nb\x1b[1m\xff");
    cr_assert_str_eq(err.text, "cannot open \"a\\x0ab\\x1b[1m\\xff\"");
}

Test(error, long_text_ends_in_three_dots) {
    char text[3 * CG_ERROR_TEXT_BYTES];
    for (size_t len = CG_ERROR_TEXT_BYTES - 8; len < CG_ERROR_TEXT_BYTES + 8; len++) {
        memset(text, 'x', len);
        text[len] = '\0';
        struct cg_error err = CG_ERROR_INIT;
        (void)cg_error_set(&err, CG_IO, "%s", text);
        bool cut = strcmp(err.text + strlen(err.text) - 3, "...") == 0;
        cr_assert_eq(cut, len >= CG_ERROR_TEXT_BYTES, "%zu bytes", len);
    }
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct cg_error err = CG_ERROR_INIT;
    (void)cg_error_set_errno(&err, CG_IO, EIO, "%s", text);
    cr_assert_eq(strlen(err.text), CG_ERROR_TEXT_BYTES - 1);
    (void)cg_error_wrap(&err, "context");
    cr_assert_eq(strncmp(err.text, "context: y", 10), 0);
    cr_assert_str_eq(err.text + strlen(err.text) - 4, "y...");
}

Test(error, every_status_has_its_exit_code) {
    cr_assert_eq(cg_status_exit_code(CG_OK), 0);
    cr_assert_eq(cg_status_exit_code(CG_USAGE), 64);
    cr_assert_eq(cg_status_exit_code(CG_BAD_CONFIG), 78);
    for (int status = CG_OK; status <= CG_INTERRUPTED; status++) {
        int code = cg_status_exit_code((enum cg_status)status);
        cr_assert((code >= 64 && code <= 78) || status == CG_OK);
    }
}
