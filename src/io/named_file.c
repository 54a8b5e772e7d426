#include "claimgate/io/named_file.h"

#include "claimgate/base/builtin.h"
#include "claimgate/base/nearest.h"
#include "claimgate/io/files.h"

#include <stdio.h>

enum { NAMED_FILE_MAX_BYTES = 1 << 20 };

/* No such file: what there is, and what was meant. */
static enum cg_status refuse_name(const struct cg_named_files *builtin, const char *name,
                                  const char *why, struct cg_error *err) {
    char list[512] = "";
    size_t count = 0;
    size_t used = 0;
    for (; builtin->names[count] != NULL; count++) {
        int len = snprintf(list + used, sizeof list - used, "%s%s", count == 0 ? "" : ", ",
                           builtin->names[count]);
        used += len > 0 && (size_t)len < sizeof list - used ? (size_t)len : 0;
    }
    const char *nearest = cg_nearest_word(name, builtin->names, count);
    return cg_error_set(err, CG_BAD_CONFIG,
                        "no %s \"%s\": it is none of the built-in ones (%s) and no file that can "
                        "be read (%s)%s%s%s",
                        builtin->noun, name, list, why, nearest == NULL ? "" : "; did you mean \"",
                        nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

enum cg_status cg_named_file_open(const struct cg_named_files *builtin, const char *name_or_path,
                                  struct cg_named_file *out, struct cg_error *err) {
    *out = (struct cg_named_file){.name = out->builtin};
    cg_buffer_init(&out->bytes, NAMED_FILE_MAX_BYTES);
    snprintf(out->builtin, sizeof out->builtin, "%s/%s.json", builtin->folder, name_or_path);
    const struct cg_builtin *found = cg_builtin_find(out->builtin);
    if (found != NULL) {
        out->is_builtin = true;
        out->text = (struct cg_text){found->bytes, (uint32_t)found->len_bytes};
        return CG_OK;
    }
    struct cg_error reading = CG_ERROR_INIT;
    enum cg_status status = cg_file_read(name_or_path, &out->bytes, &reading);
    if (status == CG_NO_INPUT) {
        return refuse_name(builtin, name_or_path, reading.text, err);
    }
    if (status != CG_OK) {
        return cg_error_set(err, status, "%s", reading.text);
    }
    const char *bytes = out->bytes.data == NULL ? "" : out->bytes.data; /* an empty file */
    out->name = name_or_path;
    out->text = (struct cg_text){bytes, (uint32_t)out->bytes.len_bytes};
    return CG_OK;
}

void cg_named_file_close(struct cg_named_file *file) {
    cg_buffer_fini(&file->bytes);
}
