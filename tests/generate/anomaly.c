#include "anomaly.h"

#include "claimgate/base/nearest.h"
#include "claimgate/record/field.h"

#include <string.h>

static const char *const NAMES[CG_ANOMALY_COUNT] = {
#define ANOMALY_NAME(name, text, weight) #text,
    CG_ANOMALY_TABLE(ANOMALY_NAME)
#undef ANOMALY_NAME
};

static const uint32_t WEIGHTS[CG_ANOMALY_COUNT] = {
#define ANOMALY_WEIGHT(name, text, weight) weight,
    CG_ANOMALY_TABLE(ANOMALY_WEIGHT)
#undef ANOMALY_WEIGHT
};

const char *cg_anomaly_name(enum cg_anomaly anomaly) {
    return NAMES[anomaly];
}

void cg_anomaly_set(struct cg_anomaly_shares *shares, enum cg_anomaly anomaly,
                    int64_t milli_percent) {
    shares->of[anomaly] = (uint32_t)milli_percent * 1000;
}

void cg_anomaly_set_mistakes(struct cg_anomaly_shares *shares, int64_t milli_percent) {
    for (size_t i = 0; i < CG_ANOMALY_COUNT; i++) {
        if (WEIGHTS[i] > 0) {
            shares->of[i] = (uint32_t)milli_percent * WEIGHTS[i];
        }
    }
}

enum cg_status cg_anomaly_parse(struct cg_anomaly_shares *shares, const char *setting,
                                struct cg_error *err) {
    const char *equals = strchr(setting, '=');
    char name[64] = "";
    int64_t milli_percent = 0;
    if (equals == NULL || (size_t)(equals - setting) >= sizeof name ||
        !cg_field_decimal((struct cg_text){equals + 1, (uint32_t)strnlen(equals + 1, 16)}, 3,
                          &milli_percent) ||
        milli_percent > 100000) {
        return cg_error_set(err, CG_USAGE,
                            "--error %s: write NAME=PCT, for example duplicate_line=0.5", setting);
    }
    memcpy(name, setting, (size_t)(equals - setting));
    for (size_t i = CG_ANOMALY_NONE + 1; i < CG_ANOMALY_COUNT; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            cg_anomaly_set(shares, (enum cg_anomaly)i, milli_percent);
            return CG_OK;
        }
    }
    const char *near = cg_nearest_word(name, NAMES + 1, CG_ANOMALY_COUNT - 1);
    return cg_error_set(err, CG_USAGE, "--error %s: no error has that name%s%s%s", setting,
                        near != NULL ? "; did you mean " : " (see claimgate help generate)",
                        near != NULL ? near : "", near != NULL ? "?" : "");
}

static uint64_t sum(const struct cg_anomaly_shares *shares) {
    uint64_t total = 0;
    for (size_t i = 0; i < CG_ANOMALY_COUNT; i++) {
        total += shares->of[i];
    }
    return total;
}

enum cg_status cg_anomaly_check(const struct cg_anomaly_shares *shares, struct cg_error *err) {
    if (sum(shares) <= CG_SHARE_WHOLE) {
        return CG_OK;
    }
    return cg_error_set(err, CG_USAGE,
                        "the shares of --errors, --error, --quoted, --authorized, --voids and "
                        "--replacements add up to more than 100 %%: there are %d kinds of error, "
                        "and --errors gives its share to each",
                        CG_ANOMALY_COUNT - CG_ANOMALY_TOO_FEW_FIELDS);
}

enum cg_anomaly cg_anomaly_draw(const struct cg_anomaly_shares *shares, struct cg_random *random) {
    uint32_t drawn = cg_random_below(random, CG_SHARE_WHOLE);
    for (size_t i = CG_ANOMALY_NONE + 1; i < CG_ANOMALY_COUNT; i++) {
        if (drawn < shares->of[i]) {
            return (enum cg_anomaly)i;
        }
        drawn -= shares->of[i];
    }
    return CG_ANOMALY_NONE;
}
