#include "mock_roster.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"

#include <stdio.h>
#include <string.h>

/*
 * Claims may tell of days up to a year and a half before the first arrival (late filing), so
 * everything that must hold begins four years before it.
 */
enum { YEAR = 365, RENEWAL_DAYS = 2 * YEAR, ROWS_AT_ONCE_BYTES = 1 << 16, SUPERVISED_TOGETHER = 8 };

struct roster_file {
    const char *name;
    const char *header;
    uint32_t (*count)(const struct cg_population *population);
    bool (*put)(const struct cg_population *population, uint32_t index, struct cg_buffer *out);
};

static int32_t qualified_day(const struct cg_population *population, uint32_t index) {
    uint64_t traits = cg_random_mix(population->plan.seed + index);
    return population->plan.first_day - 4 * YEAR - (int32_t)(traits % YEAR);
}

static const char *date_or_blank(int32_t day_no, char out[CG_DATE_TEXT_BYTES]) {
    return day_no == CG_DAY_OPEN || day_no == CG_DAY_NONE ? "" : cg_date_format(day_no, out);
}

static uint32_t provider_count(const struct cg_population *population) {
    return population->provider_count;
}

static int32_t provider_birth_day(const struct cg_population *population, uint32_t index) {
    const struct cg_provider *provider = &population->providers[index];
    const char *type = population->plan.program->types[provider->type].credential;
    int32_t middle =
        population->plan.first_day + (population->plan.last_day - population->plan.first_day) / 2;
    uint64_t traits = cg_random_mix(~population->plan.seed + index);
    if (provider->anomaly == CG_ANOMALY_PROVIDER_AGE) {
        return population->plan.last_day - 15 * YEAR;
    }
    if (strcmp(type, "CPSSP-Y") == 0) {
        return middle - 22 * YEAR; /* 18 to 26 years, both ends in */
    }
    return population->plan.first_day - 27 * YEAR - (int32_t)(traits % (35 * YEAR));
}

struct credential_row {
    const char *type;
    const char *status;
    int32_t effective_day;
    int32_t end_day;
};

static bool put_credential(const struct cg_population *population, uint32_t index,
                           const struct credential_row *row, struct cg_buffer *out) {
    const struct cg_provider *provider = &population->providers[index];
    char effective[CG_DATE_TEXT_BYTES], end[CG_DATE_TEXT_BYTES], trained[CG_DATE_TEXT_BYTES];
    char birth[CG_DATE_TEXT_BYTES], score[16];
    unsigned points = 75 + (unsigned)(cg_random_mix(index) % 26);
    int32_t training_day = provider->anomaly == CG_ANOMALY_TRAINING_NOT_COMPLETED
                               ? (index % 2 == 0 ? CG_DAY_NONE : population->plan.last_day + 30)
                               : qualified_day(population, index) - 20;
    if (provider->anomaly == CG_ANOMALY_EXAM_NOT_PASSED) {
        points -= 26;
    }
    snprintf(score, sizeof score, "%u", points);
    return cg_buffer_printf(out, "%.10s,%s,%s,%s,%s,%s,%s,%s,State board\n", provider->npi,
                            row->type, row->status, date_or_blank(row->effective_day, effective),
                            date_or_blank(row->end_day, end), date_or_blank(training_day, trained),
                            score, date_or_blank(provider_birth_day(population, index), birth));
}

/* A credential is renewed every two years; the last renewal is open. */
static bool put_renewals(const struct cg_population *population, uint32_t index,
                         struct cg_buffer *out) {
    const struct cg_provider *provider = &population->providers[index];
    struct credential_row row = {
        .type = provider->anomaly == CG_ANOMALY_CREDENTIAL_TYPE_NOT_ACCEPTED
                    ? "CNA"
                    : population->plan.program->types[provider->type].credential,
        .status = index % 16 == 3 ? "Limited" : "current",
        .effective_day = qualified_day(population, index),
    };
    bool done = false;
    bool ok = true;
    while (ok && !done) {
        row.end_day = row.effective_day + RENEWAL_DAYS - 1;
        done = row.end_day > population->plan.last_day;
        row.end_day = done ? CG_DAY_OPEN : row.end_day;
        ok = put_credential(population, index, &row, out);
        row.effective_day += RENEWAL_DAYS;
    }
    return ok;
}

static bool put_credentials(const struct cg_population *population, uint32_t index,
                            struct cg_buffer *out) {
    static const char *const BLOCKING[] = {"suspended", "surrendered", "revoked"};
    static const char *const WITHHOLDING[] = {"inactive", "lapsed", "pending"};
    const struct cg_provider *provider = &population->providers[index];
    struct credential_row row = {
        .type = population->plan.program->types[provider->type].credential,
        .effective_day = qualified_day(population, index),
        .end_day = CG_DAY_OPEN,
    };
    if (provider->anomaly == CG_ANOMALY_CREDENTIAL_NOT_ACTIVE) {
        row.status = WITHHOLDING[index % 3];
        return put_credential(population, index, &row, out);
    }
    if (provider->anomaly == CG_ANOMALY_CREDENTIAL_SUSPENDED) {
        row.status = BLOCKING[index % 3];
        if (!put_credential(population, index, &row, out)) {
            return false;
        }
    }
    return put_renewals(population, index, out);
}

/* Ten hours a year, three of them ethics, reported within the year (Louisiana). */
static bool put_education(const struct cg_population *population, uint32_t index,
                          struct cg_buffer *out) {
    const struct cg_provider *provider = &population->providers[index];
    bool is_short = provider->anomaly == CG_ANOMALY_CONTINUING_EDUCATION_SHORT;
    int first_year = cg_date_to_civil(population->plan.first_day).year - 3;
    int last_year = cg_date_to_civil(population->plan.last_day).year;
    bool ok = true;
    for (int year = first_year; ok && year <= last_year; year++) {
        uint64_t traits = cg_random_mix(((uint64_t)index << 16) + (uint64_t)year);
        bool late = is_short && index % 3 == 0;
        unsigned hours = is_short && index % 3 == 1 ? 8 : 10 + (unsigned)(traits % 8);
        unsigned ethics = is_short && index % 3 == 2 ? 1 : 3;
        ok = cg_buffer_printf(out, "%.10s,%d,%u.%u,%u.0,%d-%02u-%02u\n", provider->npi, year, hours,
                              (unsigned)(traits >> 8 & 1) * 5, ethics, late ? year + 1 : year,
                              1 + (unsigned)(traits >> 16) % 12, 1 + (unsigned)(traits >> 24) % 28);
    }
    return ok;
}

static bool put_employment(const struct cg_population *population, uint32_t index,
                           struct cg_buffer *out) {
    const struct cg_provider *provider = &population->providers[index];
    char effective[CG_DATE_TEXT_BYTES], end[CG_DATE_TEXT_BYTES];
    bool left = provider->anomaly == CG_ANOMALY_NOT_EMPLOYED;
    int32_t hired = qualified_day(population, index) + 10;
    return cg_buffer_printf(out, "%.10s,%.10s,%s,%s\n", provider->npi,
                            population->agencies[provider->agency], date_or_blank(hired, effective),
                            date_or_blank(left ? hired + YEAR : CG_DAY_OPEN, end));
}

static uint32_t agency_count(const struct cg_population *population) {
    return population->agency_count;
}

static bool put_agency(const struct cg_population *population, uint32_t index,
                       struct cg_buffer *out) {
    char effective[CG_DATE_TEXT_BYTES];
    bool certified = index + 1 < population->agency_count;
    return cg_buffer_printf(out, "%.10s,%s,%s,\n", population->agencies[index],
                            certified ? population->plan.program->certifications[index % 2]
                                      : "NONE",
                            date_or_blank(population->plan.first_day - 8 * YEAR, effective));
}

static bool put_supervision(const struct cg_population *population, uint32_t index,
                            struct cg_buffer *out) {
    const struct cg_provider *provider = &population->providers[index];
    enum cg_anomaly anomaly = (enum cg_anomaly)provider->anomaly;
    bool unaccepted = anomaly == CG_ANOMALY_SUPERVISION_MISSING;
    bool alone = unaccepted || anomaly == CG_ANOMALY_SUPERVISOR_NOT_TRAINED ||
                 anomaly == CG_ANOMALY_SUPERVISOR_OVER_RATIO;
    char effective[CG_DATE_TEXT_BYTES], trained[CG_DATE_TEXT_BYTES];
    int32_t training_day = anomaly == CG_ANOMALY_SUPERVISOR_NOT_TRAINED
                               ? CG_DAY_NONE
                               : population->plan.first_day - 6 * YEAR;
    return cg_buffer_printf(out, "%.10s,%s%06u,%s,,%s,%s,1.00,%s\n", provider->npi,
                            alone ? "T" : "S", alone ? index : index / SUPERVISED_TOGETHER,
                            date_or_blank(qualified_day(population, index), effective),
                            unaccepted ? "PEER" : population->plan.program->supervisor_credential,
                            date_or_blank(training_day, trained),
                            anomaly == CG_ANOMALY_SUPERVISOR_OVER_RATIO ? "0.10" : "1.00");
}

static uint32_t child_count(const struct cg_population *population) {
    return (population->plan.members + CG_CHILD_EVERY - 1) / CG_CHILD_EVERY;
}

static bool put_authorization(const struct cg_population *population, uint32_t index,
                              struct cg_buffer *out) {
    struct cg_mock_member member = cg_population_member(population, index * CG_CHILD_EVERY);
    char effective[CG_DATE_TEXT_BYTES];
    return cg_buffer_printf(out, "A%08u,M%08u,%s,%s,\n", member.id, member.id,
                            index % 2 == 0 ? "H0038" : "",
                            date_or_blank(population->plan.first_day - 2 * YEAR, effective));
}

static const struct roster_file FILES[] = {
    {"credentials.csv",
     "npi,credential_type,status,effective_date,end_date,training_completed_date,exam_score,"
     "birth_date,issued_by\n",
     provider_count, put_credentials},
    {"continuing_education.csv", "npi,year,hours,ethics_hours,reported_date\n", provider_count,
     put_education},
    {"employment.csv", "npi,agency_npi,effective_date,end_date\n", provider_count, put_employment},
    {"agencies.csv", "agency_npi,certification,effective_date,end_date\n", agency_count,
     put_agency},
    {"supervision.csv",
     "npi,supervisor_id,effective_date,end_date,supervisor_credential,supervisor_training_date,"
     "fte,supervisor_fte\n",
     provider_count, put_supervision},
    {"authorizations.csv", "authorization_number,member_id,hcpcs_code,effective_date,end_date\n",
     child_count, put_authorization},
};

static enum cg_status put_rows(const struct roster_file *file,
                               const struct cg_population *population, struct cg_buffer *rows,
                               struct cg_sink *sink, struct cg_error *err) {
    uint32_t count = file->count(population);
    bool ok = cg_buffer_append_text(rows, file->header);
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = file->put(population, i, rows);
        if (ok && rows->len_bytes >= ROWS_AT_ONCE_BYTES) {
            if (cg_sink_write(sink, rows->data, rows->len_bytes, err) != CG_OK) {
                return err->status;
            }
            cg_buffer_clear(rows);
        }
    }
    if (!ok) {
        return cg_error_set(err, CG_INTERNAL, "roster/%s: out of memory", file->name);
    }
    return cg_sink_write(sink, rows->data, rows->len_bytes, err);
}

static enum cg_status write_file(const struct roster_file *file,
                                 const struct cg_population *population, int dir_fd,
                                 struct cg_error *err) {
    struct cg_sink *sink = NULL;
    struct cg_buffer rows;
    if (cg_sink_create(dir_fd, file->name, (gid_t)-1, &sink, err) != CG_OK) {
        return err->status;
    }
    cg_buffer_init(&rows, 2 * ROWS_AT_ONCE_BYTES);
    enum cg_status status = put_rows(file, population, &rows, sink, err);
    cg_buffer_fini(&rows);
    if (status != CG_OK) {
        cg_sink_abandon(sink);
        return status;
    }
    return cg_sink_close(sink, err);
}

enum cg_status cg_mock_roster_write(const struct cg_population *population, int dir_fd,
                                    struct cg_error *err) {
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        if (write_file(&FILES[i], population, dir_fd, err) != CG_OK) {
            return err->status;
        }
    }
    return cg_file_sync(dir_fd, "roster", err);
}
