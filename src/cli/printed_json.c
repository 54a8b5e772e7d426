#include "printed_json.h"

#include <stdio.h>

void cg_printed_json_begin(struct cg_printed_json *json, size_t limit_bytes) {
    cg_buffer_init(&json->text, limit_bytes);
    cg_json_begin(&json->writer, &json->text, false);
    cg_json_open_object(&json->writer, NULL);
}

enum cg_status cg_printed_json_end(struct cg_printed_json *json, enum cg_status status,
                                   struct cg_error *err) {
    cg_json_close_object(&json->writer);
    if (status == CG_OK && !cg_json_end(&json->writer)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    } else if (status == CG_OK) {
        fwrite(json->text.data, 1, json->text.len_bytes, stdout);
    }
    cg_buffer_fini(&json->text);
    return status;
}
