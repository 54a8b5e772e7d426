/*
 * Messages to standard error.
 *
 * Every message is one line, "claimgate: ...", and says what is wrong, where and the
 * mend. No value of a claim is ever in a message unless show_phi was set; callers that
 * have one to show ask cg_log_shows_phi first.
 *
 * Threads    Set up once in main before threads start; writing is one write(2) a line.
 */
#ifndef CLAIMGATE_BASE_LOG_H
#define CLAIMGATE_BASE_LOG_H

#include "claimgate/base/error.h"

#include <stdbool.h>

struct cg_log_options {
    bool quiet; /* drop notes and progress; errors and warnings always show */
    bool show_phi;
    bool errors_alone; /* drop warnings too: another step of the same work tells them */
};

void cg_log_init(struct cg_log_options options);
bool cg_log_shows_phi(void);
bool cg_log_is_quiet(void);
void cg_log_error(const char *format, ...) cg_printf_like(1, 2);
void cg_log_warning(const char *format, ...) cg_printf_like(1, 2);
void cg_log_note(const char *format, ...) cg_printf_like(1, 2);

#endif
