#include "changed.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18 };

enum cg_status cg_changed_compare(const char *path, const uint8_t is_now[CG_SHA256_BYTES],
                                  const struct cg_json *asked, struct cg_error *err) {
    uint8_t was[CG_SHA256_BYTES];
    return cg_json_hex(cg_json_member(asked, "sha256"), was, sizeof was) &&
                   memcmp(was, is_now, sizeof was) == 0
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s has changed since `claimgate part ask`: bring that file back, or "
                              "begin again with another --run",
                              path);
}

/* False where the file cannot be read through. */
static bool hash_file(const char *path, uint8_t out[CG_SHA256_BYTES]) {
    static char bytes[READ_BYTES];
    struct cg_sha256 *sha = cg_sha256_new();
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = sha != NULL && fd >= 0 ? read(fd, bytes, sizeof bytes) : -1;
    for (; got > 0; got = read(fd, bytes, sizeof bytes)) {
        cg_sha256_update(sha, bytes, (size_t)got);
    }
    if (got == 0) {
        cg_sha256_peek(sha, out);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    cg_sha256_free(sha);
    return got == 0;
}

void cg_changed_tell(const char *const *paths, uint32_t count, const struct cg_json *asked,
                     struct cg_error *err) {
    uint8_t is_now[CG_SHA256_BYTES];
    struct cg_error changed = CG_ERROR_INIT;
    for (uint32_t i = 0; i < count; i++) {
        if (hash_file(paths[i], is_now) &&
            cg_changed_compare(paths[i], is_now, cg_json_item(asked, i), &changed) != CG_OK) {
            *err = changed;
            return;
        }
    }
}
