/*
 * What the name of a column that nobody reads says of its rows. Each name is a few words that tell,
 * with plain ones beside them: one word more, and it is about something else (death_rate,
 * status_of_patient).
 */
#include "column_words.h"
#include "header_columns.h"

/* How many words of a name stand in each of two lists; *others counts the rest. */
struct told {
    uint32_t by_first;
    uint32_t by_second;
    uint32_t others;
};

static struct told count_words(const struct cg_column_words *words, const char *first,
                               const char *second, const char *beside) {
    struct told told = {0};
    for (uint32_t i = 0; i < words->count; i++) {
        const bool is_first = cg_column_word_is_in(words->word[i], first);
        const bool is_second = !is_first && cg_column_word_is_in(words->word[i], second);
        told.by_first += is_first;
        told.by_second += is_second;
        told.others += !is_first && !is_second && !cg_column_word_is_in(words->word[i], beside);
    }
    return told;
}

static bool has_word_in(const struct cg_column_words *words, const char *list) {
    bool found = false;
    for (uint32_t i = 0; i < words->count; i++) {
        found = found || cg_column_word_is_in(words->word[i], list);
    }
    return found;
}

bool cg_column_tells_rows(struct cg_text name) {
    static const char telling[] =
        "status stat stus sts denied denial deny dnl rejected reject "
        "rejection void voided reversed reversal deleted cancelled "
        "canceled cancel superseded disposition outcome reversing deletion delete "
        "dup duplicate";
    /* Without the word claim these are of a place or a test, and with a kind or a flag of what was
     * done with a row. */
    static const char with_a_claim[] = "state result";
    static const char beside[] =
        "is claim clm line ln service srvc svc adjudication adj payment pymt pmt paid pay payable "
        "final code cd flag flg ind indicator reason rsn desc description detail dtl header hdr "
        "encounter enc remit process processing edit internal current date dt record row";
    static const char doing[] =
        "adjustment adjudication adj transaction trans txn action record row paid payable resub "
        "debit credit test";
    static const char kind[] = "type typ indicator ind code cd flag flg action kind";
    struct cg_column_words words;
    cg_column_words_split(name, &words);
    const bool is_of_claim = has_word_in(&words, "claim clm adjudication payment");
    const struct told told = count_words(&words, telling, with_a_claim, beside);
    const struct told done = count_words(&words, doing, kind, "claim clm line ln service svc");
    return (told.others == 0 && (told.by_second == 0 || is_of_claim) &&
            told.by_first + told.by_second > 0) ||
           (done.others == 0 && done.by_first > 0 && done.by_first + done.by_second > 1) ||
           cg_column_word_is_in(name, "paid unpaid is_paid payable"); /* or not, with no amount */
}

bool cg_column_ends_rows(struct cg_text name) {
    static const char ending[] =
        "revoked revocation revoke terminated termination terminate term suspended suspension "
        "suspend surrendered surrender expiry expiration expired expires expire exp lapsed lapse "
        "lapses inactive inactivated inactivation deactivated deactivation disabled end ended ends "
        "ending thru through until to cancelled canceled cancellation withdrawn withdrawal "
        "sanction sanctioned sanctions excluded exclusion debarred debarment disciplinary "
        "discipline restricted restriction restrictions probation closed closure stop stopped "
        "separation separated encumbrance encumbered limitation limitations "
        "conditions probationary susp inact deact revoc cancel decertified decertification denied "
        "denial rejected void voided "
        "deleted retired retirement deceased death died disenrolled disenrollment hold resigned "
        "resignation discharged dismissed ceased invalid invalidated units visits sessions limit "
        "limits";
    static const char standing[] = "status stat stus sts standing active valid";
    static const char beside[] =
        "date dt dte day on at as of is was code cd flag flg ind indicator reason rsn license "
        "licence lic credential cred certification certificate cert provider prov prvdr npi "
        "effective eff board state employment employee agency supervision supervisor action "
        "authorization auth authorized approved allowed max maximum total remaining used member "
        "person record row start begin from period medicaid enrollment current good oig actual "
        "last";
    struct cg_column_words words;
    cg_column_words_split(name, &words);
    const struct told told = count_words(&words, ending, standing, beside);
    /* The day or the reason of a status says nothing of its own. */
    const bool of_a_change = has_word_in(&words, "date dt dte day on at as reason rsn last");
    return told.others == 0 && (told.by_first > 0 || (told.by_second > 0 && !of_a_change));
}
