#include "id_argument.h"

#include "claimgate/record/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A further id would go without an answer. */
static bool holds_more(FILE *in) {
    int byte = getc(in);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        byte = getc(in);
    }
    return byte != EOF;
}

enum cg_status cg_id_argument_read(const char *argument, const char *what,
                                   struct cg_id_argument *out, struct cg_error *err) {
    if (strcmp(argument, "-") != 0) {
        snprintf(out->bytes, sizeof out->bytes, "%s", argument);
    } else if (fgets(out->bytes, sizeof out->bytes, stdin) == NULL && !ferror(stdin)) {
        return cg_error_set(err, CG_NO_INPUT, "standard input holds no %s", what);
    }
    const bool has_more = strcmp(argument, "-") == 0 && holds_more(stdin);
    if (ferror(stdin)) {
        return cg_error_set_errno(err, CG_IO, errno, "standard input cannot be read");
    }
    out->id = (struct cg_text){out->bytes, (uint32_t)strcspn(out->bytes, "\r\n")};
    out->id = cg_text_trim(out->id);
    if (out->id.len == 0 || out->id.len > CG_ID_MAX_BYTES) {
        return cg_error_set(err, CG_USAGE, "%s must have 1 to %d bytes", what, CG_ID_MAX_BYTES);
    }
    if (has_more) {
        return cg_error_set(
            err, CG_USAGE, "standard input holds more than one %s; give one to each command", what);
    }
    return CG_OK;
}

enum cg_status cg_run_argument_read(const char *argument, int64_t *out, struct cg_error *err) {
    char *end;
    *out = strtoll(argument, &end, 10);
    if (end == argument || *end != '\0' || *out <= 0) {
        return cg_error_set(err, CG_USAGE, "\"%s\" is no run; `claimgate ledger runs` lists them",
                            argument);
    }
    return CG_OK;
}
