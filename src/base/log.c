#include "claimgate/base/log.h"

#include "claimgate/base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A path of 4,096 bytes fits, and so does the longest text of a cg_error. */
enum { LINE_BYTES = 8192 };

static struct cg_log_options log_options;

void cg_log_init(struct cg_log_options options) {
    log_options = options;
}

bool cg_log_shows_phi(void) {
    return log_options.show_phi;
}

bool cg_log_is_quiet(void) {
    return log_options.quiet;
}

/* One write keeps the lines of several threads and processes whole. A message that cannot be
 * written has nobody to tell. */
static void write_line(const char *line, size_t len_bytes) {
    while (len_bytes > 0) {
        ssize_t written = write(STDERR_FILENO, line, len_bytes);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        line += written;
        len_bytes -= (size_t)written;
    }
}

static void say(const char *prefix, const char *format, va_list args) cg_printf_like(2, 0);

static void say(const char *prefix, const char *format, va_list args) {
    char raw[LINE_BYTES];
    int saved_errno = errno;
    (void)vsnprintf(raw, sizeof raw, format, args);

    char line[LINE_BYTES];
    size_t prefix_bytes = strlen(prefix);
    memcpy(line, prefix, prefix_bytes);
    size_t room_bytes = sizeof line - prefix_bytes - 1; /* the newline needs one byte more */
    size_t text_bytes = cg_utf8_show(line + prefix_bytes, room_bytes, raw);
    line[prefix_bytes + text_bytes] = '\n';
    write_line(line, prefix_bytes + text_bytes + 1);
    errno = saved_errno;
}

void cg_log_error(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("claimgate: ", format, args);
    va_end(args);
}

void cg_log_warning(const char *format, ...) {
    if (log_options.errors_alone) {
        return;
    }
    va_list args;
    va_start(args, format);
    say("claimgate: warning: ", format, args);
    va_end(args);
}

void cg_log_note(const char *format, ...) {
    if (log_options.quiet || log_options.errors_alone) {
        return;
    }
    va_list args;
    va_start(args, format);
    say("claimgate: ", format, args);
    va_end(args);
}
