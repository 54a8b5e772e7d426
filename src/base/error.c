#include "claimgate/base/error.h"

#include "claimgate/base/utf8.h"

/* What the analyzers are told of them stands in the header (CG_ANALYZED). */
#undef cg_error_set
#undef cg_error_set_errno
#undef cg_error_no_memory

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One byte longer than the text kept: a message cut here cannot fit there, so cg_utf8_show marks
 * it with "...". */
enum { RAW_BYTES = CG_ERROR_TEXT_BYTES + 1 };

static void set_text(struct cg_error *err, enum cg_status status, const char *raw) {
    err->status = status;
    cg_utf8_show(err->text, sizeof err->text, raw);
}

enum cg_status cg_error_set(struct cg_error *err, enum cg_status status, const char *format, ...) {
    if (err->status != CG_OK) {
        return err->status;
    }
    char raw[RAW_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    set_text(err, status, raw);
    return status;
}

/* Whatever was tried: who may not, and who has no memory, is told so; and of what cannot be looked
 * at because of the disk or the machine nobody knows that it is not there. */
static enum cg_status status_for(int errno_value, enum cg_status status) {
    switch (errno_value) {
    case EACCES:
    case EPERM:
        return CG_NO_PERMISSION;
    case ENOMEM:
        return CG_INTERNAL;
    case EIO:
    case EMFILE:
    case ENFILE:
    case ESTALE:
    case ETIMEDOUT:
        return status == CG_NO_INPUT ? CG_IO : status;
    default:
        return status;
    }
}

enum cg_status cg_error_set_errno(struct cg_error *err, enum cg_status status, int errno_value,
                                  const char *format, ...) {
    if (err->status != CG_OK) {
        return err->status;
    }
    char context[RAW_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(context, sizeof context, format, args);
    va_end(args);

    char reason_space[128];
    const char *reason = strerror_r(errno_value, reason_space, sizeof reason_space);
    char raw[2 * RAW_BYTES];
    (void)snprintf(raw, sizeof raw, "%s: %s", context, reason);
    set_text(err, status_for(errno_value, status), raw);
    return err->status;
}

enum cg_status cg_error_no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory");
}

enum cg_status cg_error_wrap(struct cg_error *err, const char *format, ...) {
    if (err->status == CG_OK) {
        return CG_OK;
    }
    char context[RAW_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(context, sizeof context, format, args);
    va_end(args);

    char raw[2 * RAW_BYTES];
    (void)snprintf(raw, sizeof raw, "%s: %s", context, err->text);
    set_text(err, err->status, raw);
    return err->status;
}

int cg_status_exit_code(enum cg_status status) {
    switch (status) {
#define STATUS_CODE(name, code)                                                                    \
    case CG_##name:                                                                                \
        return code;
        CG_STATUS_TABLE(STATUS_CODE)
#undef STATUS_CODE
    }
    return 70; /* a value outside the enum: an internal error */
}
