#include "program.h"

#include "standard_output.h"

#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"
#include "claimgate/rules/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool asks_for_help(int argc, char **argv) {
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

enum cg_status cg_program_run(const struct cg_command *command, int argc, char **argv,
                              int *exit_code, struct cg_error *err) {
    struct cg_invocation call;
    if (asks_for_help(argc, argv)) {
        cg_options_print_help(command);
        return CG_OK;
    }
    void *options = calloc(1, command->options.bytes + 1);
    if (options == NULL) {
        return cg_error_no_memory(err);
    }
    if (command->options.defaults != NULL) {
        memcpy(options, command->options.defaults, command->options.bytes);
    }
    enum cg_status status = cg_options_parse(command, argc, argv, options, &call, err);
    if (status == CG_OK) {
        call.exit_code = exit_code;
        *exit_code = 0;
        status = command->run(&call, err);
    } else if (command->run_not != NULL) {
        command->run_not(options, cg_status_exit_code(status));
    }
    free(options);
    return status;
}

/* Claims must not end up in a core file. */
static void forbid_core_dumps(void) {
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Were 0, 1 or 2 free, the next file to be opened would get that number, and a message would be
 * written into it. So each is held by the null device, opened the wrong way round: its use fails
 * as that of a closed one does. */
static enum cg_status hold_standard_descriptors(struct cg_error *err) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        const bool is_closed = fcntl(fd, F_GETFD) < 0 && errno == EBADF;
        /* All lower ones are open, so that this one's number is the one that is given. */
        if (is_closed && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
            return cg_error_set_errno(err, CG_INTERNAL, errno,
                                      "/dev/null: cannot stand for the closed descriptor %d", fd);
        }
    }
    return CG_OK;
}

/* What was a large block goes back to the system when it is freed or moved: by itself the
 * allocator learns to keep such blocks in its heaps, one a thread, and so to hold several times
 * what is in use. */
static void keep_heaps_small(void) {
    enum { MAPPED_FROM_BYTES = 256 << 10, TRIM_BYTES = 1 << 20 };
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
}

enum cg_status cg_program_start(struct cg_error *err) {
    if (hold_standard_descriptors(err) != CG_OK) {
        return err->status;
    }
    forbid_core_dumps();
    keep_heaps_small();
    cg_stop_install();
    cg_log_init((struct cg_log_options){0});
    return cg_reason_init(err);
}

/* Whoever reads what is printed has what it wanted and is gone, as `head` is: no need to say so. */
static bool reader_has_gone(const struct cg_error *err) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    static const char wanted[] = CG_OUTPUT_CANNOT;
    return err->status == CG_IO && strncmp(err->text, wanted, sizeof wanted - 1) == 0 &&
           poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int cg_program_end(enum cg_status status, int exit_code, struct cg_error *err) {
    /* What was printed counts only once it has left: a full disk or a closed pipe shows here. */
    struct cg_error unwritten = CG_ERROR_INIT;
    if (cg_standard_output_check(CG_OUTPUT_CANNOT, &unwritten) != CG_OK && status == CG_OK) {
        *err = unwritten;
        status = err->status;
    }
    if (status != CG_OK) {
        if (!reader_has_gone(err)) {
            cg_log_error("%s", err->text);
        }
        exit_code = cg_status_exit_code(status);
    }
    if (status == CG_INTERRUPTED) {
        cg_stop_raise();
    }
    return exit_code;
}
