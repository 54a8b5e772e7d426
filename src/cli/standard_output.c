#include "standard_output.h"

#include <errno.h>
#include <stdio.h>

static int why_failed; /* errno of the first failure; 0: none */

static void note(bool failed) {
    if (failed && why_failed == 0) {
        why_failed = errno != 0 ? errno : EIO;
    }
}

void cg_standard_output_put(const char *bytes, size_t len) {
    errno = 0;
    note(len > 0 && fwrite(bytes, 1, len, stdout) < len);
}

void cg_standard_output_flush(void) {
    errno = 0;
    note(fflush(stdout) != 0 || ferror(stdout) != 0);
}

enum cg_status cg_standard_output_check(const char *what, struct cg_error *err) {
    cg_standard_output_flush();
    return why_failed == 0 ? CG_OK : cg_error_set_errno(err, CG_IO, why_failed, "%s", what);
}
