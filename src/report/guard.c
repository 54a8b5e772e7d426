#include "claimgate/report/guard.h"

#include "claimgate/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [CG_GUARD_POLICY] = "policy",
    [CG_GUARD_LAYOUT] = "layout",
    [CG_GUARD_ROSTER] = "roster_rows",
    [CG_GUARD_PEOPLE] = "roster_providers",
    [CG_GUARD_RENDERING] = "rendering_providers",
    [CG_GUARD_RECORDS] = "records",
    [CG_GUARD_REASON] = "reason_share",
    [CG_GUARD_REPEATED] = "repeated",
    [CG_GUARD_PERSON] = "members_of_persons",
    [CG_GUARD_COLUMN] = "unread_column",
};

static const char *comparison(const struct cg_guard_remark *remark, char out[96]) {
    if (remark->run_count != 0) {
        snprintf(out, 96, "the last %" PRIu32 " runs (to run %" PRId64 ")", remark->run_count,
                 remark->run_no);
    } else {
        snprintf(out, 96, "run %" PRId64, remark->run_no);
    }
    return out;
}

/* One sentence, with both figures and the run; NULL: it is said elsewhere. */
enum { SENTENCE_BYTES = 512 };
static const char *say(const struct cg_guard_remark *remark, char out[SENTENCE_BYTES]) {
    char with[96];
    const char *subject = remark->subject;
    const char *now = remark->now;
    const char *before = remark->before;
    const bool is_one = strcmp(now, "1") == 0;
#define SAY(...) (void)snprintf(out, SENTENCE_BYTES, __VA_ARGS__)
    comparison(remark, with);
    switch (remark->check) {
    case CG_GUARD_POLICY:
        SAY("the policy's text is %s and was %s in %s%s%s", now, before, with,
            subject[0] != '\0' ? "; caps that changed: " : "; no cap changed", subject);
        break;
    case CG_GUARD_LAYOUT:
        SAY("the layout is %s and was %s in %s", now, before, with);
        break;
    case CG_GUARD_ROSTER:
        SAY("%s has %s rows and had %s in %s; is the roster whole?", subject, now, before, with);
        break;
    case CG_GUARD_PEOPLE:
        SAY("%s has %s providers and had %s in %s; is the roster whole?", subject, now, before,
            with);
        break;
    case CG_GUARD_RENDERING:
        SAY("%s of the %s providers who had accepted lines in the last 30 days of claims, up to "
            "%s, are not on the roster any more",
            now, before, with);
        break;
    case CG_GUARD_RECORDS:
        SAY("there %s %s %s, where the median of %s is %s", is_one ? "is" : "are", now,
            is_one ? "record" : "records", with, before);
        break;
    case CG_GUARD_REASON:
        SAY("%s is the reason of %s of the in-scope lines, where the median of %s is %s", subject,
            now, with, before);
        break;
    case CG_GUARD_REPEATED:
        SAY("%s of %s lines without another fault are duplicates; does this file repeat %s?", now,
            before, with);
        break;
    case CG_GUARD_PERSON:
        SAY("%s %s of %s %s not fit what the ledger keeps from %s on; `claimgate ledger redo "
            "--from %" PRId64 "` decides that again",
            now, is_one ? "row" : "rows", subject, is_one ? "does" : "do", with, remark->run_no);
        break;
    case CG_GUARD_COLUMN: /* told where the file is read */
        return NULL;
    }
#undef SAY
    return out;
}

void cg_guard_warn(const struct cg_guard *guard) {
    char sentence[SENTENCE_BYTES];
    for (uint32_t i = 0; i < guard->count; i++) {
        const char *said = say(&guard->remarks[i], sentence);
        if (said != NULL) {
            cg_log_warning("%s", said);
        }
    }
}

void cg_guard_put(struct cg_json_writer *json, const struct cg_guard *guard) {
    if (guard->count == 0) {
        return;
    }
    cg_json_open_array(json, "guard");
    for (uint32_t i = 0; i < guard->count; i++) {
        const struct cg_guard_remark *remark = &guard->remarks[i];
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "check", names[remark->check]);
        if (remark->subject[0] != '\0') {
            cg_json_put_string(json, "subject", remark->subject);
        }
        cg_json_put_string(json, "now", remark->now);
        cg_json_put_string(json, "before", remark->before);
        cg_json_put_integer(json, "run", remark->run_no);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}
