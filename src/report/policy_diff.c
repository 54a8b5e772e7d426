/*
 * Two policies side by side: every figure of the version in force, for each day on which either
 * has a new version. Figures are the values of the policy's own text, so that none can be left out
 * here that a policy has.
 */
#include "claimgate/report/desk_pages.h"

#include "claimgate/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURES_MAX = 1024, PATH_BYTES = 160, VALUE_BYTES = 256, DATES_MAX = 256 };

struct figure {
    char path[PATH_BYTES];
    char value[VALUE_BYTES];
};

struct figures {
    struct figure list[FIGURES_MAX];
    uint32_t count;
};

struct diff {
    struct cg_json_doc *docs[2];
    struct figures sides[2]; /* of the version that is told now */
    struct cg_answer answer;
};

/* A cap's id, a procedure's code: by it items are found, whatever their order. */
static const struct cg_json *name_of(const struct cg_json *item) {
    const struct cg_json *id = cg_json_member(item, "id");
    return cg_json_is_null(id) ? cg_json_member(item, "code") : id;
}

static void gather(struct figures *to, const struct cg_json *value, const char *path);

/* "caps[daily].limit". */
static void gather_items(struct figures *to, const struct cg_json *list, const char *path) {
    char longer[PATH_BYTES];
    for (size_t i = 0; i < cg_json_count(list); i++) {
        const struct cg_json *item = cg_json_item(list, i);
        snprintf(longer, sizeof longer, "%s[%s]", path, cg_json_string(name_of(item)));
        if (to->count < FIGURES_MAX && cg_json_count(item) == 1) { /* only its name */
            struct figure *figure = &to->list[to->count++];
            snprintf(figure->path, sizeof figure->path, "%s", longer);
            snprintf(figure->value, sizeof figure->value, "named");
        }
        gather(to, item, longer);
    }
}

static void gather_members(struct figures *to, const struct cg_json *object, const char *path) {
    char longer[PATH_BYTES];
    for (size_t i = 0; i < cg_json_count(object); i++) {
        const char *key;
        const struct cg_json *member = cg_json_member_at(object, i, &key);
        /* What a figure is taken from is no figure. */
        if (strcmp(key, "source") != 0 && strcmp(key, "effective") != 0 &&
            member != name_of(object)) {
            snprintf(longer, sizeof longer, "%s%s%s", path, path[0] == '\0' ? "" : ".", key);
            gather(to, member, longer);
        }
    }
}

static void gather(struct figures *to, const struct cg_json *value, const char *path) {
    const enum cg_json_kind kind = cg_json_kind(value);
    if (kind == CG_JSON_OBJECT) {
        gather_members(to, value, path);
    } else if (kind == CG_JSON_ARRAY && !cg_json_is_null(name_of(cg_json_item(value, 0)))) {
        gather_items(to, value, path);
    } else if (to->count < FIGURES_MAX) {
        struct figure *figure = &to->list[to->count++];
        snprintf(figure->path, sizeof figure->path, "%s", path);
        cg_json_print(value, figure->value, sizeof figure->value);
    }
}

static int32_t effective_day(const struct cg_json *version) {
    const char *date = cg_json_string(cg_json_member(version, "effective"));
    return cg_date_parse(date, strlen(date), CG_DATE_ISO);
}

static const struct cg_json *versions_of(const struct cg_json_doc *doc) {
    return cg_json_member(cg_json_root(doc), "versions");
}

/* The last one effective on or before the day; NULL: none. */
static const struct cg_json *in_force(const struct cg_json_doc *doc, int32_t day_no) {
    const struct cg_json *found = NULL;
    for (size_t i = 0; i < cg_json_count(versions_of(doc)); i++) {
        const struct cg_json *version = cg_json_item(versions_of(doc), i);
        found = effective_day(version) <= day_no ? version : found;
    }
    return found;
}

static const char *value_of(const struct figures *figures, const char *path) {
    for (uint32_t i = 0; i < figures->count; i++) {
        if (strcmp(figures->list[i].path, path) == 0) {
            return figures->list[i].value;
        }
    }
    return NULL;
}

static void put_row(struct diff *diff, int32_t day_no, const char *path) {
    const char *a = value_of(&diff->sides[0], path);
    const char *b = value_of(&diff->sides[1], path);
    if (a != NULL && b != NULL && strcmp(a, b) == 0) {
        return;
    }
    cg_answer_day(&diff->answer, day_no);
    cg_answer_text(&diff->answer, path);
    cg_answer_text(&diff->answer, a);
    cg_answer_text(&diff->answer, b);
}

static void put_day(struct diff *diff, int32_t day_no) {
    for (int side = 0; side < 2; side++) {
        const struct cg_json *version = in_force(diff->docs[side], day_no);
        diff->sides[side].count = 0;
        if (version != NULL) {
            gather(&diff->sides[side], version, "");
        }
    }
    for (uint32_t i = 0; i < diff->sides[0].count; i++) {
        put_row(diff, day_no, diff->sides[0].list[i].path);
    }
    for (uint32_t i = 0; i < diff->sides[1].count; i++) {
        if (value_of(&diff->sides[0], diff->sides[1].list[i].path) == NULL) {
            put_row(diff, day_no, diff->sides[1].list[i].path);
        }
    }
}

static int compare_days(const void *a, const void *b) {
    const int32_t x = *(const int32_t *)a;
    const int32_t y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void put_days(struct diff *diff) {
    int32_t days[DATES_MAX] = {0};
    size_t count = 0;
    for (int side = 0; side < 2; side++) {
        const struct cg_json *versions = versions_of(diff->docs[side]);
        for (size_t i = 0; i < cg_json_count(versions) && count < DATES_MAX; i++) {
            days[count++] = effective_day(cg_json_item(versions, i));
        }
    }
    qsort(days, count, sizeof days[0], compare_days);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || days[i] != days[i - 1]) {
            put_day(diff, days[i]);
        }
    }
}

/* The text has been loaded as a policy before, so that nothing is wrong with it. */
static struct cg_json_doc *read_text(const struct cg_policy *policy) {
    struct cg_problems problems;
    size_t len;
    const char *text = cg_policy_text(policy, &len);
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load(cg_policy_id(policy), text, len, NULL, &problems);
    cg_problems_fini(&problems);
    return doc;
}

void cg_page_policy_diff(struct cg_page *page, bool is_csv, const struct cg_policy *a,
                         const struct cg_policy *b, const char *const names[2]) {
    const struct cg_answer_column columns[] = {
        {"effective", "effective", CG_ANSWER_DAY},
        {"figure", "figure", CG_ANSWER_TEXT},
        {"a", names[0], CG_ANSWER_TEXT},
        {"b", names[1], CG_ANSWER_TEXT},
    };
    struct diff *diff = calloc(1, sizeof *diff);
    if (diff == NULL) {
        page->failed = true;
        return;
    }
    diff->docs[0] = read_text(a);
    diff->docs[1] = read_text(b);
    page->failed = page->failed || diff->docs[0] == NULL || diff->docs[1] == NULL;
    if (!page->failed) {
        cg_answer_open(&diff->answer, page, is_csv, "figures", columns, 4);
        put_days(diff);
        cg_answer_close(&diff->answer);
        if (page->json == NULL && !is_csv && diff->answer.rows == 0) {
            cg_page_say(page, "All figures are the same on every day.\n");
        }
    }
    cg_json_free(diff->docs[0]);
    cg_json_free(diff->docs[1]);
    free(diff);
}
