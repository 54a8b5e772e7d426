#include "claimgate/base/progress.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int terminal; /* its other end */
static struct cg_progress progress;

/* Standard error is a terminal, on which line ends stay as they are. */
static void set_up(void) {
    int own;
    struct termios raw = {0};
    cfmakeraw(&raw);
    cr_assert_eq(openpty(&terminal, &own, NULL, &raw, NULL), 0);
    cr_assert_eq(fcntl(terminal, F_SETFL, O_NONBLOCK), 0);
    cr_assert_eq(dup2(own, STDERR_FILENO), STDERR_FILENO);
    cr_assert_eq(close(own), 0);
}

TestSuite(progress, .init = set_up);

static void expect_drawn(const char *wanted) {
    char drawn[256] = "";
    const ssize_t len = read(terminal, drawn, sizeof drawn - 1);
    drawn[len > 0 ? len : 0] = '\0';
    cr_expect_str_eq(drawn, wanted);
}

/* As if it had begun, and drawn, so many seconds ago. */
static void begin(uint64_t total_bytes, uint64_t seconds_ago) {
    cg_progress_start(&progress, "reading", total_bytes, true);
    progress.start_ms -= seconds_ago * 1000;
}

Test(progress, share_and_time_left_are_drawn_and_wiped) {
    begin(100000000, 10);
    cg_progress_update(&progress, 25000000);
    expect_drawn("\rreading: 25 of 100 MB, 24 %, 0:29 left \033[K");
    cg_progress_end(&progress);
    expect_drawn("\r\033[K");
    cg_progress_end(&progress);
    expect_drawn("");
}

Test(progress, what_has_no_known_end_is_told_by_what_is_done) {
    static const uint64_t totals[] = {0, 1000000}; /* not known, or less than there is */
    for (size_t i = 0; i < 2; i++) {
        begin(totals[i], 10);
        cg_progress_update(&progress, 25000000);
        expect_drawn("\rreading: 25 MB in 10 s \033[K");
    }
    begin(1000000, 10);
    cg_progress_update(&progress, 0);
    expect_drawn("\rreading: 0 MB in 10 s \033[K");
}

Test(progress, nothing_is_drawn_in_the_first_second_or_twice_in_a_quarter) {
    begin(0, 0);
    cg_progress_update(&progress, 25000000);
    expect_drawn("");
    begin(0, 10);
    cg_progress_update(&progress, 1);
    expect_drawn("\rreading: 0 MB in 10 s \033[K");
    cg_progress_update(&progress, 2);
    expect_drawn("");
}

Test(progress, nothing_is_drawn_where_it_is_not_wanted_or_nobody_looks) {
    cg_progress_start(&progress, "reading", 0, false);
    progress.start_ms -= 10000;
    cg_progress_update(&progress, 1);
    expect_drawn("");
    cr_assert_eq(close(terminal), 0);
    begin(0, 10);
    cg_progress_update(&progress, 1);
    cr_expect_not(progress.enabled);
    cg_progress_end(&progress);
    cr_expect_not(progress.shown);
}
