#include "generate.h"

#include "claim_file.h"
#include "claimgate/io/files.h"
#include "claimgate/io/staging.h"
#include "feed.h"
#include "mock_roster.h"
#include "rows.h"
#include "x12.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One after another, a feed has the header again, as files do that were joined. */
enum { FEED_LINES_TO_A_HEADER = 1000 };

/* The claim files, and the history that they tell. */
struct press {
    const struct cg_generate_plan *plan;
    struct cg_line_source *source;
    struct cg_row_writer *writer;
    struct cg_claim_file *claims;
    struct cg_row_writer *history_writer; /* NULL, as is the next: no history is asked for */
    struct cg_claim_file *history;
    struct cg_row_writer *claim_row_writer; /* NULL, as is the next: no X12, or no history */
    struct cg_claim_file *claim_rows;
    struct cg_mock_x12_writer *x12; /* NULL: the claims are CSV */
};

static enum cg_status put_header(const struct cg_columns *columns, struct cg_claim_file *file,
                                 struct cg_error *err) {
    return cg_buffer_append(cg_claim_file_rows(file), columns->header.data,
                            columns->header.len_bytes)
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL, "out of memory");
}

static void put_row(const struct cg_row_writer *writer, const struct cg_row *row,
                    struct cg_claim_file *file) {
    struct cg_buffer *rows = cg_claim_file_rows(file);
    char *end = cg_row_put(writer, row, rows->data + rows->len_bytes);
    rows->len_bytes = (size_t)(end - rows->data);
}

/* The services of a feed's rows as the history has them. */
static enum cg_status put_history(struct press *press, const struct cg_feed_rows *rows,
                                  struct cg_error *err) {
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->list[i].mark == CG_ROW_OF_A_SERVICE) {
            struct cg_row plain = rows->list[i];
            plain.is_negative = false;
            put_row(press->history_writer, &plain, press->history);
        }
    }
    return cg_claim_file_flow(press->history, err);
}

static enum cg_status put_line(struct press *press, struct cg_error *err) {
    struct cg_mock_line line;
    struct cg_feed_rows rows;
    cg_line_source_next(press->source, &line);
    cg_feed_rows_of(press->plan->columns, &line, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        put_row(press->writer, &rows.list[i], press->claims);
    }
    if (press->history != NULL && put_history(press, &rows, err) != CG_OK) {
        return err->status;
    }
    return cg_claim_file_flow(press->claims, err);
}

static enum cg_status put_lines(struct press *press, uint64_t lines, struct cg_error *err) {
    const struct cg_columns *columns = press->plan->columns;
    for (uint64_t i = 0; i < lines; i++) {
        const bool has_header = i == 0 || (columns->is_feed && i % FEED_LINES_TO_A_HEADER == 0);
        if (has_header && put_header(columns, press->claims, err) != CG_OK) {
            return err->status;
        }
        if (put_line(press, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
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
    snprintf(name, sizeof name, "claims%s.%s%s", number, plan->is_x12 ? "837" : "csv",
             plan->plain ? "" : ".gz");
    if (cg_claim_file_open(press->claims, dir_fd, name, err) != CG_OK ||
        (plan->is_x12 ? cg_mock_x12_put_lines(press->x12, press->source, end - begin, err)
                      : put_lines(press, end - begin, err)) != CG_OK) {
        return err->status;
    }
    return cg_claim_file_close(press->claims, err);
}

static enum cg_status open_copy(const struct press *press, int dir_fd, const char *name,
                                const struct cg_columns *columns, struct cg_claim_file *file,
                                struct cg_error *err) {
    char file_name[64];
    snprintf(file_name, sizeof file_name, "%s.csv%s", name, press->plan->plain ? "" : ".gz");
    if (file == NULL) {
        return CG_OK;
    }
    return cg_claim_file_open(file, dir_fd, file_name, err) == CG_OK
               ? put_header(columns, file, err)
               : err->status;
}

static enum cg_status close_copy(struct cg_claim_file *file, struct cg_error *err) {
    return file != NULL ? cg_claim_file_close(file, err) : CG_OK;
}

static enum cg_status write_files(struct press *press, int dir_fd, struct cg_error *err) {
    const struct cg_generate_plan *plan = press->plan;
    if (open_copy(press, dir_fd, "history", plan->history, press->history, err) != CG_OK ||
        open_copy(press, dir_fd, "claim-rows", plan->claim_rows, press->claim_rows, err) != CG_OK) {
        return err->status;
    }
    for (uint32_t i = 0; i < plan->files; i++) {
        if (write_claims(press, dir_fd, i, err) != CG_OK) {
            return err->status;
        }
    }
    return close_copy(press->history, err) == CG_OK ? close_copy(press->claim_rows, err)
                                                    : err->status;
}

enum { ROWS_MOST_BYTES = CG_FEED_ROWS_MAX * CG_ROW_MAX_BYTES };

static bool set_up_copy(const struct press *press, const struct cg_columns *columns,
                        struct cg_row_writer **writer, struct cg_claim_file **file) {
    if (columns == NULL) {
        return true;
    }
    *writer = cg_row_writer_new(columns);
    *file = cg_claim_file_new(press->plan->plain ? 0 : press->plan->level, ROWS_MOST_BYTES);
    return *writer != NULL && *file != NULL;
}

static bool set_up_x12(struct press *press, const struct cg_population *population) {
    const struct cg_mock_x12_plan plan = {
        .population = population,
        .dependents = press->plan->dependents,
        .is_tidy = press->plan->is_tidy,
        .claims = press->claims,
        .history = {press->history, press->history_writer},
        .claim_rows = {press->claim_rows, press->claim_row_writer},
    };
    press->x12 = press->plan->is_x12 ? cg_mock_x12_writer_new(&plan) : NULL;
    return !press->plan->is_x12 || press->x12 != NULL;
}

static bool set_up(struct press *press, const struct cg_population *population) {
    const struct cg_generate_plan *plan = press->plan;
    press->source = cg_line_source_new(&plan->source, population);
    return press->source != NULL &&
           set_up_copy(press, plan->columns, &press->writer, &press->claims) &&
           set_up_copy(press, plan->history, &press->history_writer, &press->history) &&
           set_up_copy(press, plan->claim_rows, &press->claim_row_writer, &press->claim_rows) &&
           set_up_x12(press, population);
}

static enum cg_status write_all_claims(const struct cg_generate_plan *plan,
                                       const struct cg_population *population, int dir_fd,
                                       struct cg_generate_facts *facts, struct cg_error *err) {
    struct press press = {.plan = plan};
    enum cg_status status = set_up(&press, population)
                                ? write_files(&press, dir_fd, err)
                                : cg_error_set(err, CG_INTERNAL, "out of memory");
    if (status == CG_OK) {
        facts->text_bytes = cg_claim_file_text_bytes(press.claims);
        facts->file_bytes = cg_claim_file_disk_bytes(press.claims);
    }
    cg_mock_x12_writer_free(press.x12);
    cg_claim_file_free(press.claim_rows);
    cg_row_writer_free(press.claim_row_writer);
    cg_claim_file_free(press.history);
    cg_row_writer_free(press.history_writer);
    cg_claim_file_free(press.claims);
    cg_row_writer_free(press.writer);
    cg_line_source_free(press.source);
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
