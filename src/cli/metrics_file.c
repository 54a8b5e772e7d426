#include "metrics_file.h"

#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OLD_MAX_BYTES = 1 << 16, READABLE_BY_ALL = 0644 };

static bool ends_in_prom(const char *path) {
    static const char end[] = ".prom";
    const size_t len = strlen(path);
    return len >= sizeof end - 1 && strcmp(path + len - (sizeof end - 1), end) == 0;
}

void cg_metrics_file_begin(struct cg_metrics_file *file, const char *path, const char *ledger) {
    if (path != NULL && !ends_in_prom(path)) {
        cg_log_warning("%s: the collector reads files alone whose names end in .prom", path);
    }
    *file = (struct cg_metrics_file){
        .path = path, .ledger = ledger, .started_unix_ms = cg_clock_ms(CLOCK_REALTIME)};
    cg_page_open(&file->counts, CG_PAGE_TEXT);
}

void cg_metrics_file_count(struct cg_metrics_file *file, const struct cg_run_facts *facts) {
    file->is_published = facts->outcome == CG_PUBLISHED;
    if (file->path != NULL) {
        cg_metrics_put_run(&file->counts, facts);
    }
}

/* What is there already; "" where it is no regular file: a pipe would be waited for. */
static const char *read_old(const char *path) {
    static char text[OLD_MAX_BYTES];
    struct stat st;
    FILE *old = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
    text[old != NULL ? fread(text, 1, sizeof text - 1, old) : 0] = '\0';
    if (old != NULL) {
        fclose(old);
    }
    return text;
}

/* They are written whatever was wrong with the command line: it may have named an input. */
static enum cg_status write_file(const char *path, const char *old, const struct cg_buffer *text,
                                 struct cg_error *err) {
    struct stat st;
    if (old[0] != '\0' && !cg_metrics_are(old)) {
        return cg_error_set(err, CG_USAGE,
                            "%s holds something else, which would be lost; give the metrics a name "
                            "of their own",
                            path);
    }
    const enum cg_status status = cg_staged_file_write(path, text, err);
    /* The collector runs as somebody else, and there is nothing in it that it may not know. */
    if (status == CG_OK && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        (void)chmod(path, READABLE_BY_ALL);
    }
    return status;
}

/* A set is as large as its parts are. */
static uint64_t set_bytes(const char *set) {
    uint64_t bytes = 0;
    struct stat st;
    DIR *dir = opendir(set);
    for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL; entry != NULL;
         entry = readdir(dir)) {
        if (fnmatch("part-*.ledger", entry->d_name, 0) == 0 &&
            fstatat(dirfd(dir), entry->d_name, &st, 0) == 0) {
            bytes += (uint64_t)st.st_size;
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return bytes;
}

static uint64_t ledger_bytes(const char *ledger) {
    struct stat st;
    if (ledger == NULL || stat(ledger, &st) != 0) {
        return 0;
    }
    return S_ISDIR(st.st_mode) ? set_bytes(ledger) : (uint64_t)st.st_size;
}

void cg_metrics_file_end(struct cg_metrics_file *file, int exit_code) {
    struct cg_error err = CG_ERROR_INIT;
    if (file->path != NULL) {
        const char *old = read_old(file->path);
        const bool was_stopped = exit_code > 1 && cg_stop_signal() != 0;
        struct cg_run_end end = {.exit_code = was_stopped ? 128 + cg_stop_signal() : exit_code,
                                 .started_unix_ms = file->started_unix_ms,
                                 .ended_unix_ms = cg_clock_ms(CLOCK_REALTIME)};
        const bool is_success = exit_code == 0 || (exit_code == 1 && file->is_published);
        end.success_unix = is_success ? end.ended_unix_ms / 1000 : cg_metrics_last_success(old);
        end.ledger_bytes = ledger_bytes(file->ledger);
        cg_metrics_put_end(&file->counts, &end);
        if (cg_page_close(&file->counts, CG_OK, &err) != CG_OK ||
            write_file(file->path, old, &file->counts.text, &err) != CG_OK) {
            cg_log_warning("the metrics are not written: %s", err.text);
        }
    }
    cg_page_fini(&file->counts);
}

void cg_metrics_file_of_slip(const char *path, const char *ledger, int exit_code) {
    struct cg_metrics_file file;
    cg_metrics_file_begin(&file, path, ledger);
    cg_metrics_file_end(&file, exit_code);
}
