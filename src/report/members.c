/*
 * Members near a cap. The ledger gives bounds, the highest first; the gate's own history tells what
 * each has used, so that this and decisions can never disagree. Who is bounded by less than those
 * who have been found need not be asked.
 */
#include "claimgate/report/desk_pages.h"

#include "period.h"

#include "claimgate/base/log.h"
#include "claimgate/base/phrase.h"
#include "claimgate/gate/history.h"
#include "claimgate/ledger/ledger_query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_PERCENT = 90, IDS_MAX_BYTES = 1 << 30, FOUND_MAX = 1 << 30 };

struct found {
    uint32_t used;
    uint32_t id_len;
    size_t id_offset;
    const char *id; /* once no more are found */
};

struct near {
    struct cg_desk_question *question;
    const struct cg_cap *cap;
    struct cg_history *history;
    struct cg_array bounds; /* of struct cg_ledger_near */
    struct cg_array found;  /* of struct found; most first from sort on */
    struct cg_buffer ids;
    enum cg_near_way way;
    uint32_t asked; /* of the bounds */
};

/* The cap of the name; without one the longest, which policies write last. */
static enum cg_status choose_cap(struct near *near, const struct cg_policy *policy,
                                 struct cg_error *err) {
    const struct cg_desk_question *question = near->question;
    const struct cg_policy_version *version = cg_policy_in_force(policy, question->day_no);
    char names[CG_CAPS_MAX * (CG_CAP_ID_BYTES + 2) + 1];
    struct cg_phrase list = cg_phrase_start(names, sizeof names);
    const uint32_t count = version == NULL ? 0 : version->cap_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        if (question->cap_id == NULL || strcmp(question->cap_id, cap->id) == 0) {
            near->cap = cap;
        }
        cg_say(&list, "%s%s", i == 0 ? "" : ", ", cap->id);
    }
    if (near->cap != NULL) {
        return CG_OK;
    }
    return count == 0
               ? cg_error_set(err, CG_USAGE, "no cap is in force on that day; give another --date")
               : cg_error_set(err, CG_USAGE, "there is no cap \"%s\" on that day; there %s %s",
                              question->cap_id, count == 1 ? "is" : "are", names);
}

/* Of ids the shorter come first, so that M2 stands before M10. */
static int compare_found(const void *a, const void *b) {
    const struct found *x = a;
    const struct found *y = b;
    if (x->used != y->used) {
        return x->used > y->used ? -1 : 1;
    }
    return x->id_len != y->id_len ? (x->id_len > y->id_len) - (x->id_len < y->id_len)
                                  : memcmp(x->id, y->id, x->id_len);
}

/* By ids and not by numbers, which the parts of a set give each on its own. */
static void sort_found(struct near *near) {
    for (uint32_t i = 0; i < near->found.count; i++) {
        struct found *found = cg_array_at(&near->found, i);
        found->id = near->ids.data + found->id_offset;
    }
    cg_array_sort(&near->found, compare_found);
}

/* Ask the history about one member. */
static enum cg_status ask(struct near *near, const struct cg_ledger_near *bound,
                          struct cg_error *err) {
    const struct cg_desk_question *question = near->question;
    struct cg_text id;
    enum cg_status status = cg_ledger_member_id(question->ledger, bound->member_no, &id, err);
    if (status != CG_OK || id.len == 0) {
        return status;
    }
    cg_history_forget(near->history);
    if (cg_history_meet(near->history, id, err) != CG_OK) {
        return err->status;
    }
    const uint32_t used = cg_history_units_used(near->history, id, near->cap, question->day_no);
    if (used < question->at_least) {
        return CG_OK;
    }
    struct found *found = cg_array_add(&near->found);
    if (found == NULL) {
        return cg_error_no_memory(err);
    }
    *found = (struct found){.used = used, .id_len = id.len, .id_offset = near->ids.len_bytes};
    return cg_buffer_append(&near->ids, id.ptr, id.len) ? CG_OK : cg_error_no_memory(err);
}

/* Whether as many as are wanted have used more than whoever has not been asked may have: one of
 * those who may have used as much could come before them by its id. */
static bool is_enough(const struct near *near, uint32_t next_at_most) {
    const uint32_t wanted = near->question->limit;
    uint32_t above = 0;
    if (wanted == 0 || near->found.count < wanted) {
        return false;
    }
    for (uint32_t i = 0; i < near->found.count; i++) {
        const struct found *found = cg_array_at(&near->found, i);
        above += found->used > next_at_most;
    }
    return above >= wanted;
}

static enum cg_status ask_all(struct near *near, struct cg_error *err) {
    uint32_t at_most = UINT32_MAX;
    for (near->asked = 0; near->asked < near->bounds.count; near->asked++) {
        const struct cg_ledger_near *bound = cg_array_at(&near->bounds, near->asked);
        if (bound->at_most != at_most && is_enough(near, bound->at_most)) {
            break;
        }
        at_most = bound->at_most;
        if (ask(near, bound, err) != CG_OK) {
            return err->status;
        }
    }
    sort_found(near);
    return CG_OK;
}

static uint32_t shown(const struct near *near) {
    const uint32_t limit = near->question->limit;
    return limit == 0 || near->found.count < limit ? near->found.count : limit;
}

/* Further members that may have used so much: those found and not shown, and those not asked. */
static uint32_t further(const struct near *near) {
    return near->found.count - shown(near) + near->bounds.count - near->asked;
}

static void put_head(struct near *near, struct cg_page *page) {
    const struct cg_desk_question *question = near->question;
    char period[CG_PERIOD_TEXT_BYTES];
    char date[CG_DATE_TEXT_BYTES];
    if (page->json != NULL) {
        cg_json_put_string(page->json, "cap", near->cap->id);
        cg_json_put_string(page->json, "date", cg_date_format(question->day_no, date));
        cg_json_put_integer(page->json, "limit", near->cap->limit_units);
        cg_json_put_integer(page->json, "at_least", question->at_least);
        cg_json_put_integer(page->json, "further_at_most", further(near));
    } else if (!question->is_csv) {
        cg_page_say(page,
                    "Members with at least %" PRIu32 " of the %" PRIu32
                    " units of cap \"%s\" used\n  in the %s\n\n",
                    question->at_least, near->cap->limit_units, near->cap->id,
                    cg_period_text(near->cap, question->day_no, period));
    }
}

static void put_members(struct near *near, struct cg_page *page) {
    static const struct cg_answer_column columns[] = {
        {"member_id", "member", CG_ANSWER_TEXT},
        {"used", "used", CG_ANSWER_NUMBER},
        {"left", "left", CG_ANSWER_NUMBER},
    };
    const uint32_t limit_units = near->cap->limit_units;
    struct cg_answer answer;
    char id[CG_ID_MAX_BYTES + 1];
    put_head(near, page);
    cg_answer_open(&answer, page, near->question->is_csv, "members", columns, 3);
    for (uint32_t i = 0; i < shown(near); i++) {
        const struct found *found = cg_array_at(&near->found, i);
        snprintf(id, sizeof id, "%.*s", (int)found->id_len, found->id);
        cg_answer_text(&answer, id);
        cg_answer_number(&answer, found->used);
        cg_answer_number(&answer, found->used < limit_units ? limit_units - found->used : 0);
    }
    cg_answer_close(&answer);
    if (page->json == NULL && !near->question->is_csv && near->found.count == 0) {
        cg_page_say(page, "There is none.\n");
    }
    if (page->json == NULL && further(near) > 0) {
        cg_log_note("%" PRIu32 " %s shown; at most %" PRIu32 " more have used so much (--limit 0: "
                    "all of them)",
                    shown(near), cg_plural(shown(near), "is", "are"), further(near));
    }
}

static void say_way(const struct near *near) {
    static const char *const reasons[] = {
        [CG_NEAR_BELOW_HALF] = "fewer units than half of the cap are asked for",
        [CG_NEAR_SHORT_PERIODS] = "the cap is one of days or of rolling months",
        [CG_NEAR_OTHER_CAPS] =
            "runs of the period were kept by version 1, or counted this cap otherwise",
    };
    if (near->way != CG_NEAR_BY_INDEX) {
        cg_log_note("%s, so that every member of the ledger was looked at", reasons[near->way]);
    }
}

static enum cg_status find(struct near *near, const struct cg_policy *policy,
                           struct cg_error *err) {
    struct cg_desk_question *question = near->question;
    enum cg_status status = choose_cap(near, policy, err);
    if (status != CG_OK) {
        return status;
    }
    if (question->at_least == 0) {
        question->at_least =
            (uint32_t)(((uint64_t)near->cap->limit_units * NEAR_PERCENT + 99) / 100);
    }
    const struct cg_ledger_near_question asked = {policy, near->cap, question->day_no,
                                                  question->at_least};
    status = cg_ledger_find_near(question->ledger, &asked, &near->bounds, &near->way, err);
    return status == CG_OK ? cg_ledger_recall_for(question->ledger, policy, 0, err) : status;
}

enum cg_status cg_page_members(struct cg_page *page, struct cg_desk_question *question,
                               struct cg_error *err) {
    struct near near = {.question = question};
    struct cg_policy *policy = NULL;
    cg_array_init(&near.found, sizeof(struct found), FOUND_MAX);
    cg_buffer_init(&near.ids, IDS_MAX_BYTES);
    enum cg_status status = cg_ledger_load_policy(question->ledger, 0, &policy, err);
    if (status == CG_OK) {
        status = find(&near, policy, err);
    }
    if (status == CG_OK) {
        near.history = cg_history_new(cg_ledger_recall, question->ledger);
        status = near.history != NULL ? ask_all(&near, err) : cg_error_no_memory(err);
    }
    if (status == CG_OK) {
        put_members(&near, page);
        say_way(&near);
    }
    cg_history_free(near.history);
    cg_array_fini(&near.bounds);
    cg_array_fini(&near.found);
    cg_buffer_fini(&near.ids);
    cg_policy_free(policy);
    return status;
}
