#include "claimgate/run/checks.h"

#include "guard.h"

#include "claimgate/base/log.h"

/* What the sender says of the files. */
static enum cg_status check_number(const struct cg_expected *expected, const char *what,
                                   uint64_t is_there, struct cg_run_facts *facts,
                                   struct cg_error *err) {
    if (!expected->is_told || expected->number == is_there) {
        return CG_OK;
    }
    facts->outcome = CG_TRIPPED;
    return cg_error_set(err, CG_BAD_DATA,
                        "%llu %s were expected and %llu are there, so nothing was published; were "
                        "all files fetched, and whole?",
                        (unsigned long long)expected->number, what, (unsigned long long)is_there);
}

enum cg_status cg_run_check(const struct cg_run_checks *checks, struct cg_ledger *ledger,
                            struct cg_run_facts *facts, struct cg_error *err) {
    const int64_t limit_milli = checks->max_reject_rate_milli;
    if (facts->outcome == CG_ALL_KNOWN) {
        if (checks->records.is_told || checks->units.is_told) {
            cg_log_note("the records and units expected were not looked at, for the ledger has "
                        "every input already");
        }
        return CG_OK;
    }
    const struct cg_tally *tally = facts->tally;
    if (check_number(&checks->records, "records", tally->records, facts, err) != CG_OK ||
        check_number(&checks->units, "units in scope", tally->units_submitted, facts, err) !=
            CG_OK ||
        (checks->guard != CG_GUARD_OFF && ledger != NULL &&
         cg_guard_compare(ledger, facts, err) != CG_OK)) {
        return err->status;
    }
    const bool is_over =
        limit_milli >= 0 && cg_tally_reject_rate_milli(tally) > (uint64_t)limit_milli;
    const bool is_stopped = checks->guard == CG_GUARD_STOP && facts->guard.count > 0;
    facts->outcome = is_over ? CG_TRIPPED : is_stopped ? CG_GUARDED : CG_PUBLISHED;
    return CG_OK;
}
