#include "generate.h"

#include "claimgate/base/stop.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "mock_roster.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS_AT_ONCE_BYTES = 1 << 18, FILE_LIMIT_BYTES = 1 << 24 };

/* What the claim files are made with, one after another. */
struct press {
    const struct cg_generate_plan *plan;
    struct cg_line_source *source;
    struct cg_row_writer *writer;
    struct cg_deflater *deflater; /* NULL: plain */
    struct cg_buffer rows;
    struct cg_buffer packed;
    struct cg_sink *sink;
    uint64_t text_bytes;
    uint64_t file_bytes;
};

static enum cg_status flush_rows(struct press *press, struct cg_error *err) {
    enum cg_status status = cg_stop_check(err);
    if (status != CG_OK) {
        return status;
    }
    press->text_bytes += press->rows.len_bytes;
    if (press->deflater == NULL) {
        status = cg_sink_write(press->sink, press->rows.data, press->rows.len_bytes, err);
    } else {
        cg_buffer_clear(&press->packed);
        status = cg_deflater_add(press->deflater, press->rows.data, press->rows.len_bytes,
                                 &press->packed, err);
        if (status == CG_OK) {
            status = cg_sink_write(press->sink, press->packed.data, press->packed.len_bytes, err);
        }
    }
    cg_buffer_clear(&press->rows);
    return status;
}

static enum cg_status end_blocks(struct press *press, struct cg_error *err) {
    cg_buffer_clear(&press->packed);
    if (press->deflater == NULL) {
        return CG_OK;
    }
    if (cg_deflater_flush(press->deflater, &press->packed, err) != CG_OK ||
        cg_deflater_end(&press->packed, err) != CG_OK) {
        return err->status;
    }
    return cg_sink_write(press->sink, press->packed.data, press->packed.len_bytes, err);
}

static enum cg_status put_lines(struct press *press, uint64_t lines, struct cg_error *err) {
    struct cg_mock_line line;
    if (!cg_columns_header(press->plan->columns, &press->rows)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    for (uint64_t i = 0; i < lines; i++) {
        char *end = press->rows.data + press->rows.len_bytes;
        cg_line_source_next(press->source, &line);
        end = cg_row_put(press->writer, &line, end);
        press->rows.len_bytes = (size_t)(end - press->rows.data);
        if (press->rows.len_bytes >= ROWS_AT_ONCE_BYTES && flush_rows(press, err) != CG_OK) {
            return err->status;
        }
    }
    return flush_rows(press, err) == CG_OK ? end_blocks(press, err) : err->status;
}

static enum cg_status write_claims(struct press *press, int dir_fd, uint32_t file_no,
                                   struct cg_error *err) {
    const struct cg_generate_plan *plan = press->plan;
    uint64_t begin = plan->source.lines / plan->files * file_no;
    uint64_t end = file_no + 1 == plan->files ? plan->source.lines
                                              : plan->source.lines / plan->files * (file_no + 1);
    char number[16] = "", name[64];
    if (plan->files > 1) {
        snprintf(number, sizeof number, "-%02u", file_no + 1);
    }
    snprintf(name, sizeof name, "claims%s.csv%s", number, plan->plain ? "" : ".gz");
    if (cg_sink_create(dir_fd, name, (gid_t)-1, &press->sink, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = put_lines(press, end - begin, err);
    press->file_bytes += cg_sink_bytes(press->sink);
    if (status != CG_OK) {
        cg_sink_abandon(press->sink);
        return status;
    }
    return cg_sink_close(press->sink, err);
}

static enum cg_status write_all_claims(const struct cg_generate_plan *plan,
                                       const struct cg_population *population, int dir_fd,
                                       struct cg_generate_facts *facts, struct cg_error *err) {
    struct press press = {.plan = plan};
    enum cg_status status = CG_OK;
    cg_buffer_init(&press.rows, FILE_LIMIT_BYTES);
    cg_buffer_init(&press.packed, FILE_LIMIT_BYTES);
    press.source = cg_line_source_new(&plan->source, population);
    press.writer = cg_row_writer_new(plan->columns);
    press.deflater = plan->plain ? NULL : cg_deflater_new(plan->level, CG_CODEC_BEST);
    if (press.source == NULL || press.writer == NULL || (press.deflater == NULL && !plan->plain) ||
        !cg_buffer_reserve(&press.rows, ROWS_AT_ONCE_BYTES + CG_ROW_MAX_BYTES)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    for (uint32_t i = 0; status == CG_OK && i < plan->files; i++) {
        status = write_claims(&press, dir_fd, i, err);
    }
    facts->text_bytes = press.text_bytes;
    facts->file_bytes = press.file_bytes;
    cg_deflater_free(press.deflater);
    cg_row_writer_free(press.writer);
    cg_line_source_free(press.source);
    cg_buffer_fini(&press.packed);
    cg_buffer_fini(&press.rows);
    return status;
}

static enum cg_status write_roster(const struct cg_population *population, int dir_fd,
                                   struct cg_error *err) {
    if (mkdirat(dir_fd, "roster", 0700) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "cannot create roster/");
    }
    int roster_fd = openat(dir_fd, "roster", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (roster_fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "cannot open roster/");
    }
    enum cg_status status = cg_mock_roster_write(population, roster_fd, err);
    close(roster_fd); /* only read and synced through, so that closing cannot lose anything */
    return status;
}

static enum cg_status fill_folder(const struct cg_generate_plan *plan, int dir_fd,
                                  struct cg_generate_facts *facts, struct cg_error *err) {
    struct cg_population population;
    if (cg_population_init(&population, &plan->population, err) != CG_OK) {
        return err->status;
    }
    facts->providers = population.provider_count;
    enum cg_status status = write_roster(&population, dir_fd, err);
    if (status == CG_OK) {
        status = write_all_claims(plan, &population, dir_fd, facts, err);
    }
    cg_population_fini(&population);
    return status;
}

enum cg_status cg_generate_run(const struct cg_generate_plan *plan, struct cg_generate_facts *facts,
                               struct cg_error *err) {
    struct cg_staging_plan where = {.final_path = plan->out, .group = (gid_t)-1};
    struct cg_staging *staging = NULL;
    memset(facts, 0, sizeof *facts);
    if (cg_staging_open(&where, &staging, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = fill_folder(plan, cg_staging_dir_fd(staging), facts, err);
    if (status == CG_OK) {
        status = cg_staging_sync(staging, err);
    }
    if (status == CG_OK) {
        status = cg_staging_publish(staging, err);
    }
    cg_staging_close(staging, false);
    return status;
}
