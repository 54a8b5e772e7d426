#include "claimgate/io/unfinished.h"

#include "claimgate/base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool ends_in(const char *name, size_t len, const char *ending) {
    const size_t ending_len = strlen(ending);

    return len > ending_len && strncasecmp(name + len - ending_len, ending, ending_len) == 0;
}

void cg_unfinished_name(const char *path) {
    static const char *const endings[] = {".part",       ".partial",  ".filepart",
                                          ".tmp",        ".temp",     ".crdownload",
                                          ".incomplete", ".download", ".uploading"};
    size_t len = strlen(path);

    len -= ends_in(path, len, ".gz") ? 3 : 0;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_in(path, len, endings[i])) {
            cg_log_warning("%s: files that are still being transferred are named *%s; is it whole?",
                           path, endings[i]);
            return;
        }
    }
}

void cg_unfinished_line(const char *path) {
    cg_log_warning("%s: its last line has no line end; was the file cut? Its last record is taken "
                   "as it stands",
                   strcmp(path, "-") == 0 ? "standard input" : path);
}
