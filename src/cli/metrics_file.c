#include "metrics_file.h"

#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { OLD_MAX_BYTES = 1 << 16, READABLE_BY_ALL = 0644 };

static uint64_t now_unix_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool ends_in_prom(const char *path) {
    static const char end[] = ".prom";
    const size_t len = strlen(path);
    return len >= sizeof end - 1 && strcmp(path + len - (sizeof end - 1), end) == 0;
}

void cg_metrics_file_begin(struct cg_metrics_file *file, const char *path, const char *ledger) {
    if (path != NULL && !ends_in_prom(path)) {
        cg_log_warning("%s: the collector reads files alone whose names end in .prom", path);
    }
    *file =
        (struct cg_metrics_file){.path = path, .ledger = ledger, .started_unix_ms = now_unix_ms()};
    cg_page_open(&file->counts, CG_PAGE_TEXT);
}

void cg_metrics_file_count(struct cg_metrics_file *file, const struct cg_run_facts *facts) {
    file->is_published = facts->outcome == CG_PUBLISHED;
    if (file->path != NULL) {
        cg_metrics_put_run(&file->counts, facts);
    }
}

/* A failed run must not forget when the last one succeeded. */
static uint64_t last_success(const char *path) {
    static char text[OLD_MAX_BYTES];
    struct stat st;
    /* A pipe would be waited for. */
    FILE *old = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
    if (old == NULL) {
        return 0;
    }
    text[fread(text, 1, sizeof text - 1, old)] = '\0';
    fclose(old);
    return cg_metrics_last_success(text);
}

static enum cg_status write_file(const char *path, const struct cg_buffer *text,
                                 struct cg_error *err) {
    struct cg_staged_file *staged = NULL;
    struct stat st;
    enum cg_status status = cg_staged_file_open(path, (gid_t)-1, &staged, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_sink_write(cg_staged_file_sink(staged), text->data, text->len_bytes, err);
    if (status == CG_OK) {
        status = cg_staged_file_publish(staged, err);
    }
    cg_staged_file_close(staged);
    /* The collector runs as somebody else, and there is nothing in it that it may not know. */
    if (status == CG_OK && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        (void)chmod(path, READABLE_BY_ALL);
    }
    return status;
}

void cg_metrics_file_end(struct cg_metrics_file *file, int exit_code) {
    struct cg_error err = CG_ERROR_INIT;
    struct stat st;
    if (file->path != NULL) {
        const bool was_stopped = exit_code > 1 && cg_stop_signal() != 0;
        struct cg_run_end end = {.exit_code = was_stopped ? 128 + cg_stop_signal() : exit_code,
                                 .started_unix_ms = file->started_unix_ms,
                                 .ended_unix_ms = now_unix_ms()};
        const bool is_success = exit_code == 0 || (exit_code == 1 && file->is_published);
        end.success_unix = is_success ? end.ended_unix_ms / 1000 : last_success(file->path);
        end.ledger_bytes =
            file->ledger != NULL && stat(file->ledger, &st) == 0 ? (uint64_t)st.st_size : 0;
        cg_metrics_put_end(&file->counts, &end);
        if (cg_page_close(&file->counts, CG_OK, &err) != CG_OK ||
            write_file(file->path, &file->counts.text, &err) != CG_OK) {
            cg_log_warning("the metrics are not written: %s", err.text);
        }
    }
    cg_page_fini(&file->counts);
}
