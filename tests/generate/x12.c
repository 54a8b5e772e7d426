#include "x12.h"

#include "x12_claims.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_LINES_MAX = 1024,
    BATCH_LINES_LEAST = 60,
    BATCH_LINES_MORE = 600,
    BATCH_DAYS = 5,
    GROUP_DAYS = 7,
    TRANSACTIONS_MAX = 5,
    GROUPS_MAX = 4,
};

/* Where a line of the batch stands in its transaction. */
struct place {
    uint64_t key; /* agency, member, claim, line */
    uint32_t index;
};

struct cg_mock_x12_writer {
    struct cg_mock_x12_plan plan;
    struct cg_random random;
    struct cg_mock_x12_pen pen;
    uint64_t interchange_no;
    uint64_t group_no;
    uint64_t transaction_no;
    int32_t group_day; /* when the group was sent */
    struct cg_mock_line lines[BATCH_LINES_MAX];
    struct place places[BATCH_LINES_MAX];
    uint32_t count; /* 0: no batch waits for its transaction */
};

struct cg_mock_x12_writer *cg_mock_x12_writer_new(const struct cg_mock_x12_plan *plan) {
    struct cg_mock_x12_writer *writer = calloc(1, sizeof *writer);
    if (writer != NULL) {
        writer->plan = *plan;
        writer->random.state = cg_random_mix(plan->population->plan.seed ^ 837);
    }
    return writer;
}

void cg_mock_x12_writer_free(struct cg_mock_x12_writer *writer) {
    free(writer);
}

/* --- batches --- */

static int compare_places(const void *one, const void *two) {
    const uint64_t a = ((const struct place *)one)->key, b = ((const struct place *)two)->key;
    return a < b ? -1 : a > b;
}

static void sort_batch(struct cg_mock_x12_writer *writer) {
    const char *first_agency = writer->plan.population->agencies[0];
    uint64_t open_claim = 0, open_index = 0;
    for (uint32_t i = 0; i < writer->count; i++) {
        const struct cg_mock_line *line = &writer->lines[i];
        const bool is_one_of_many = line->line_no > 1 || line->lines_behind > 0;
        const uint64_t agency = (uint64_t)(line->billing_npi - first_agency) / CG_NPI_BYTES;
        if (is_one_of_many && line->claim_no != open_claim) {
            open_claim = line->claim_no;
            open_index = i;
        }
        const uint64_t claim = is_one_of_many ? open_index : i;
        writer->places[i].key = agency << 48 | (uint64_t)line->member_id << 16 | claim << 4 |
                                (is_one_of_many ? line->line_no : 0);
        writer->places[i].index = i;
    }
    qsort(writer->places, writer->count, sizeof writer->places[0], compare_places);
}

/* Lines for the next transaction: as many as it is to have, of a few days, and no claim cut. */
static void gather(struct cg_mock_x12_writer *writer, struct cg_line_source *source,
                   uint64_t *left) {
    const uint32_t wanted = BATCH_LINES_LEAST + cg_random_below(&writer->random, BATCH_LINES_MORE);
    bool claim_is_open = false;
    int32_t days = 0;
    while (*left > 0 && writer->count < BATCH_LINES_MAX &&
           (claim_is_open || (writer->count < wanted && days < BATCH_DAYS))) {
        struct cg_mock_line *line = &writer->lines[writer->count++];
        cg_line_source_next(source, line);
        (*left)--;
        const bool is_one_of_many = line->line_no > 1 || line->lines_behind > 0;
        claim_is_open = is_one_of_many ? line->lines_behind > 0 : claim_is_open;
        days = line->received_day - writer->lines[0].received_day;
    }
    sort_batch(writer);
}

static int32_t last_day(const struct cg_mock_x12_writer *writer) {
    return writer->lines[writer->count - 1].received_day;
}

/* --- mistakes --- */

/* What is a mistake in CSV may be none here, or one with another meaning. The last two bits of
 * `variant` pick the way to spoil a field. */
static void fit_mistake(struct cg_mock_x12_claim *claim) {
    struct cg_mock_line *line = &claim->lines[0];
    switch ((enum cg_anomaly)line->anomaly) {
    case CG_ANOMALY_RENDERING_NPI_MISSING: /* the billing provider is taken for the rendering one */
        memcpy(line->rendering_npi, line->billing_npi, CG_NPI_BYTES);
        claim->names_no_rendering = true;
        line->anomaly = CG_ANOMALY_NONE;
        break;
    case CG_ANOMALY_NUL_BYTE:
        line->anomaly = CG_ANOMALY_MEMBER_ID_INVALID;
        line->variant |= 3;
        break;
    case CG_ANOMALY_CLAIM_ID_INVALID:
    case CG_ANOMALY_MEMBER_ID_INVALID:      /* quotes are bytes like others, */
    case CG_ANOMALY_PROCEDURE_CODE_INVALID: /* and a colon separates components */
        line->variant = line->variant % 4 == 2 ? line->variant - 2 : line->variant;
        break;
    case CG_ANOMALY_RECEIVED_DATE_INVALID:
    case CG_ANOMALY_OVER_LONG_RECORD:
    case CG_ANOMALY_QUOTED:
        line->anomaly = CG_ANOMALY_NONE;
        break;
    default:
        break;
    }
}

/* --- claims --- */

/* A provider may send a new version under the number of the old one. */
static void keep_number(struct cg_mock_line *line) {
    if (line->original_no != CG_ORIGINAL_NONE && (line->variant >> 5 & 1) == 0) {
        line->claim_no = line->original_no;
    }
}

/* A service of another kind beside those of the program. */
static void add_other_service(struct cg_mock_x12_claim *claim) {
    struct cg_mock_line *line = &claim->lines[claim->count];
    *line = claim->lines[claim->count - 1];
    line->line_no++;
    line->procedure = "T1017";
    line->modifiers[0] = "";
    line->modifiers[1] = "";
    line->units = 1;
    line->charge_cents = 2210;
    claim->count++;
}

/* The claim that begins at *place, which moves on behind it. */
static void take_claim(const struct cg_mock_x12_writer *writer, uint32_t *place,
                       struct cg_mock_x12_claim *claim) {
    const struct place *places = writer->places;
    memset(claim, 0, sizeof *claim);
    const uint64_t key = places[*place].key >> 4;
    while (*place < writer->count && places[*place].key >> 4 == key) {
        struct cg_mock_line *line = &claim->lines[claim->count++];
        *line = writer->lines[places[(*place)++].index];
        line->received_day = writer->group_day;
        keep_number(line);
    }
    struct cg_mock_line *first = &claim->lines[0];
    const uint32_t share = (uint32_t)(cg_random_mix(first->member_id) % 100000);
    claim->is_of_dependent = share < writer->plan.dependents;
    fit_mistake(claim);
    if (claim->count < CG_MOCK_X12_CLAIM_LINES_MAX && first->anomaly == CG_ANOMALY_NONE &&
        !claim->names_no_rendering && (first->variant >> 20 & 7) == 0) {
        add_other_service(claim);
    }
}

static void put_row(const struct cg_mock_x12_copy *copy, const struct cg_row *row) {
    struct cg_buffer *rows = cg_claim_file_rows(copy->file);
    char *end = cg_row_put(copy->writer, row, rows->data + rows->len_bytes);
    rows->len_bytes = (size_t)(end - rows->data);
}

static enum cg_status put_copies(const struct cg_mock_x12_plan *plan,
                                 const struct cg_mock_x12_claim *claim, struct cg_error *err) {
    char dependent[CG_MOCK_X12_PERSON_BYTES];
    struct cg_row row = {
        .mark = CG_ROW_OF_A_SERVICE,
        .dependent =
            claim->is_of_dependent ? cg_mock_x12_dependent(&claim->lines[0], dependent) : NULL,
    };
    for (uint32_t i = 0; i < claim->count; i++) {
        row.line = &claim->lines[i];
        put_row(&plan->history, &row);
    }
    row.line = claim->lines;
    row.lines_behind = claim->count - 1;
    put_row(&plan->claim_rows, &row);
    return cg_claim_file_flow(plan->history.file, err) == CG_OK
               ? cg_claim_file_flow(plan->claim_rows.file, err)
               : err->status;
}

/* --- envelopes --- */

/* The pen writes at the end of what the claim file holds; what it wrote is the file's. */
static void lift_pen(struct cg_mock_x12_writer *writer) {
    struct cg_buffer *rows = cg_claim_file_rows(writer->plan.claims);
    writer->pen.at = rows->data + rows->len_bytes;
}

static enum cg_status drop_pen(struct cg_mock_x12_writer *writer, struct cg_error *err) {
    struct cg_buffer *rows = cg_claim_file_rows(writer->plan.claims);
    rows->len_bytes = (size_t)(writer->pen.at - rows->data);
    const enum cg_status status = cg_claim_file_flow(writer->plan.claims, err);
    lift_pen(writer);
    return status;
}

static enum cg_status put_transaction(struct cg_mock_x12_writer *writer, struct cg_error *err) {
    char number[CG_MOCK_X12_NUMBER_BYTES], day[CG_MOCK_X12_DAY_BYTES];
    struct cg_mock_x12_claim claim;
    struct cg_mock_x12_pen *pen = &writer->pen;
    struct cg_mock_x12_transaction transaction = {
        .pen = pen, .population = writer->plan.population, .keeps_guide = writer->plan.is_tidy};
    cg_mock_x12_number(number, ++writer->transaction_no, 4);
    pen->segments = 0;
    cg_mock_x12_put(pen, "ST*837*%*005010X222A1~BHT*0019*00*B%*%*0315*CH~", number, number,
                    cg_mock_x12_day(day, writer->group_day));
    cg_mock_x12_put(pen, "NM1*41*2*GATEWAY BILLING*****46*TP00042~PER*IC*DESK*TE*6015550100~"
                         "NM1*40*2*STATE MEDICAID*****46*77032~");
    for (uint32_t place = 0; place < writer->count;) {
        take_claim(writer, &place, &claim);
        cg_mock_x12_put_claim(&transaction, &claim);
        if (drop_pen(writer, err) != CG_OK || (writer->plan.history.file != NULL &&
                                               put_copies(&writer->plan, &claim, err) != CG_OK)) {
            return err->status;
        }
    }
    char segments[CG_MOCK_X12_NUMBER_BYTES];
    cg_mock_x12_put(pen, "SE*%*%~", cg_mock_x12_number(segments, pen->segments + 1, 1), number);
    writer->count = 0;
    return CG_OK;
}

static enum cg_status put_group(struct cg_mock_x12_writer *writer, struct cg_line_source *source,
                                uint64_t *left, struct cg_error *err) {
    char number[CG_MOCK_X12_NUMBER_BYTES], day[CG_MOCK_X12_DAY_BYTES],
        sets[CG_MOCK_X12_NUMBER_BYTES];
    const uint32_t most = 1 + cg_random_below(&writer->random, TRANSACTIONS_MAX);
    uint32_t count = 0;
    if (writer->count == 0) {
        gather(writer, source, left);
    }
    writer->group_day = last_day(writer) + GROUP_DAYS;
    cg_mock_x12_number(number, ++writer->group_no, 1);
    cg_mock_x12_put(&writer->pen, "GS*HC*TP00042*77032*%*0315*%*X*005010X222A1~",
                    cg_mock_x12_day(day, writer->group_day), number);
    while (writer->count > 0 && last_day(writer) <= writer->group_day && count < most) {
        if (put_transaction(writer, err) != CG_OK) {
            return err->status;
        }
        count++;
        if (count < most) {
            gather(writer, source, left);
        }
    }
    cg_mock_x12_put(&writer->pen, "GE*%*%~", cg_mock_x12_number(sets, count, 1), number);
    return CG_OK;
}

static void change_separators(struct cg_mock_x12_writer *writer) {
    static const struct cg_mock_x12_separators KINDS[] = {
        {'*', ':', '~', "\n"},
        {'|', '>', '~', "\r\n"},
        {'*', '>', '\'', ""},
        {'*', ':', '\n', ""},
    };
    const uint64_t kind = writer->plan.is_tidy ? 0 : writer->interchange_no % 4;
    writer->pen.separators = KINDS[kind];
}

static enum cg_status put_interchange(struct cg_mock_x12_writer *writer,
                                      struct cg_line_source *source, uint64_t *left,
                                      struct cg_error *err) {
    char number[CG_MOCK_X12_NUMBER_BYTES], day[CG_MOCK_X12_DAY_BYTES],
        groups[CG_MOCK_X12_NUMBER_BYTES];
    const uint32_t most = 1 + cg_random_below(&writer->random, GROUPS_MAX);
    uint32_t count = 0;
    change_separators(writer);
    if (writer->count == 0) {
        gather(writer, source, left);
    }
    cg_mock_x12_number(number, ++writer->interchange_no, 9);
    cg_mock_x12_put(
        &writer->pen,
        "ISA*00*          *00*          *ZZ*TP00042        *ZZ*77032          *%*0315*^*"
        "00501*%*0*P*:~",
        cg_mock_x12_day(day, last_day(writer) + GROUP_DAYS) + 2, number);
    for (; (*left > 0 || writer->count > 0) && count < most; count++) {
        if (put_group(writer, source, left, err) != CG_OK) {
            return err->status;
        }
    }
    cg_mock_x12_put(&writer->pen, "IEA*%*%~", cg_mock_x12_number(groups, count, 1), number);
    return drop_pen(writer, err);
}

enum cg_status cg_mock_x12_put_lines(struct cg_mock_x12_writer *writer,
                                     struct cg_line_source *source, uint64_t lines,
                                     struct cg_error *err) {
    uint64_t left = lines;
    lift_pen(writer);
    while (left > 0 || writer->count > 0) {
        if (put_interchange(writer, source, &left, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}
