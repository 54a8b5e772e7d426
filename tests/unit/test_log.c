#include "claimgate/base/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char written[20000];

/* Standard error goes into a file between these two. */
static int saved_stderr;
static FILE *catcher;

static void catch_stderr(void) {
    catcher = tmpfile();
    cr_assert_not_null(catcher);
    saved_stderr = dup(STDERR_FILENO);
    cr_assert_neq(dup2(fileno(catcher), STDERR_FILENO), -1);
}

static const char *caught(void) {
    (void)dup2(saved_stderr, STDERR_FILENO);
    (void)close(saved_stderr);
    rewind(catcher);
    size_t len = fread(written, 1, sizeof written - 1, catcher);
    written[len] = '\0';
    (void)fclose(catcher);
    return written;
}

Test(log, messages_are_lines_with_the_program_name) {
    cg_log_init((struct cg_log_options){.quiet = false});
    catch_stderr();
    cg_log_error("bad %d", 1);
    cg_log_warning("odd");
    cg_log_note("fine");
    cr_assert_str_eq(caught(), "claimgate: bad 1\nclaimgate: warning: odd\nclaimgate: fine\n");
}

Test(log, quiet_drops_notes_alone) {
    cg_log_init((struct cg_log_options){.quiet = true});
    cr_assert(cg_log_is_quiet());
    catch_stderr();
    cg_log_error("bad");
    cg_log_warning("odd");
    cg_log_note("fine");
    cr_assert_str_eq(caught(), "claimgate: bad\nclaimgate: warning: odd\n");
}

Test(log, phi_is_shown_on_request_alone) {
    cr_assert_not(cg_log_shows_phi());
    cg_log_init((struct cg_log_options){.show_phi = true});
    cr_assert(cg_log_shows_phi());
}

Test(log, file_name_cannot_forge_a_message) {
    catch_stderr();
    cg_log_error("cannot open \"%s\"", "x\nclaimgate: all is well\r\x1b[2K\xff");
    cr_assert_str_eq(caught(),
                     "claimgate: cannot open \"x\\x0aclaimgate: all is well\\x0d\\x1b[2K\\xff\"\n");
}

Test(log, endless_message_is_cut_to_one_line) {
    char text[15000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    catch_stderr();
    cg_log_error("%s", text);
    const char *line = caught();
    size_t len = strlen(line);
    cr_assert_eq(strchr(line, '\n'), line + len - 1);
    cr_assert_str_eq(line + len - 4, "...\n");
    cr_assert_gt(len, 8000);
}

Test(log, closed_standard_error_is_no_failure) {
    int saved = dup(STDERR_FILENO);
    (void)close(STDERR_FILENO);
    cg_log_error("nobody hears this");
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
}
