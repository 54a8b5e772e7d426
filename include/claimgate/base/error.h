/*
 * Status codes and the error that travels with them.
 *
 * There are two kinds of bad news. A rejected service line is a verdict and lives in
 * the data (line.h). A failure of the program is a cg_status, returned by every
 * function that can fail, with a cg_error filled where the file name is known.
 *
 * Ownership  The caller owns the cg_error; it needs no clean-up.
 * Threads    No shared state: one cg_error belongs to one thread.
 * Failure    A cg_error holds the first failure. Setting it again while it holds one
 *            is ignored, so that clean-up never overwrites the cause.
 */
#ifndef CLAIMGATE_BASE_ERROR_H
#define CLAIMGATE_BASE_ERROR_H

#define cg_must_use          __attribute__((warn_unused_result))
#define cg_printf_like(f, a) __attribute__((format(printf, f, a)))

/* name, exit code (sysexits.h) */
#define CG_STATUS_TABLE(X)                                                                         \
    X(OK, 0)                                                                                       \
    X(USAGE, 64)                                                                                   \
    X(BAD_DATA, 65)                                                                                \
    X(NO_INPUT, 66)                                                                                \
    X(INTERNAL, 70)                                                                                \
    X(CANNOT_CREATE, 73)                                                                           \
    X(IO, 74)                                                                                      \
    X(BUSY, 75)                                                                                    \
    X(NO_PERMISSION, 77)                                                                           \
    X(BAD_CONFIG, 78)                                                                              \
    X(INTERRUPTED, 70)

enum cg_status {
#define CG_STATUS_ENUM(name, code) CG_##name,
    CG_STATUS_TABLE(CG_STATUS_ENUM)
#undef CG_STATUS_ENUM
};

enum { CG_ERROR_TEXT_BYTES = 1024 };

struct cg_error {
    enum cg_status status;          /* CG_OK while nothing has failed */
    char text[CG_ERROR_TEXT_BYTES]; /* one line, no newline: what is wrong, where, the mend */
};

#define CG_ERROR_INIT                                                                              \
    { .status = CG_OK, .text = "" }

/* Record a failure and return its status. Text that does not fit ends in "...". */
enum cg_status cg_error_set(struct cg_error *err, enum cg_status status, const char *format, ...)
    cg_printf_like(3, 4);

/* The same for a failed system call: appends ": " and the text of errno_value. The status is
 * CG_NO_PERMISSION for EACCES and EPERM, CG_INTERNAL for ENOMEM, CG_IO instead of CG_NO_INPUT for
 * what the disk or the machine fails at (EIO, EMFILE and the like), else the one given. */
enum cg_status cg_error_set_errno(struct cg_error *err, enum cg_status status, int errno_value,
                                  const char *format, ...) cg_printf_like(4, 5);

/* Record that there is no memory: CG_INTERNAL. */
enum cg_status cg_error_no_memory(struct cg_error *err);

/* Put "context: " before the text of an error that is set. Returns its status. */
enum cg_status cg_error_wrap(struct cg_error *err, const char *format, ...) cg_printf_like(2, 3);

int cg_status_exit_code(enum cg_status status);

#ifdef CG_ANALYZED
/* The analyzers see one file at a time, and would follow an error that was set as if none was. */
static inline enum cg_status cg_error_known(enum cg_status status) {
    if (status == CG_OK) {
        __builtin_unreachable();
    }
    return status;
}
#define cg_error_set(...)       cg_error_known((cg_error_set)(__VA_ARGS__))
#define cg_error_set_errno(...) cg_error_known((cg_error_set_errno)(__VA_ARGS__))
#define cg_error_no_memory(err) cg_error_known((cg_error_no_memory)(err))
#endif

#endif
