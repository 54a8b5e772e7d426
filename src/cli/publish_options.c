#include "publish_options.h"

#include "printed_page.h"

#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/report/notes.h"
#include "claimgate/report/run_report.h"

#include <string.h>
#include <unistd.h>

static enum cg_status read_guard(const char *word, enum cg_guard_mode *out, struct cg_error *err) {
    static const char *const words[] = {
        [CG_GUARD_OFF] = "off", [CG_GUARD_WARN] = "warn", [CG_GUARD_STOP] = "stop"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (enum cg_guard_mode)i;
            return CG_OK;
        }
    }
    return cg_error_set(err, CG_USAGE, "--guard takes warn, off or stop, not \"%s\"", word);
}

enum cg_status cg_publish_checks(const struct cg_publish_options *options,
                                 struct cg_run_checks *out, struct cg_error *err) {
    if (options->max_reject_rate_milli > 0 && options->max_reject_rate_milli < 1000) {
        cg_log_warning("--max-reject-rate is in percent, and this is less than one; three lines of "
                       "four are 75");
    }
    *out = (struct cg_run_checks){
        .records = {options->expect_records >= 0, (uint64_t)options->expect_records},
        .units = {options->expect_units >= 0, (uint64_t)options->expect_units},
        .max_reject_rate_milli = options->max_reject_rate_milli};
    return read_guard(options->guard, &out->guard, err);
}

static void put_sources(struct cg_page *page, const struct cg_invocation *call) {
    for (size_t i = 0; call->from_environment[i] != NULL; i++) {
        cg_page_say(page, "--%s by %s\n", call->from_environment[i]->name,
                    call->from_environment[i]->variable);
    }
}

enum cg_status cg_publish_print(const struct cg_publish_options *options,
                                const struct cg_invocation *call, const struct cg_run_facts *facts,
                                FILE *to, struct cg_error *err) {
    struct cg_page page;
    if (!options->json && (options->quiet || facts->outcome == CG_ALL_KNOWN)) {
        return CG_OK;
    }
    cg_page_open(&page, options->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    if (!options->json) {
        put_sources(&page, call);
    }
    cg_report_put_run(&page, facts);
    return cg_page_print_to(to, &page, CG_OK, err);
}

int cg_publish_note(const struct cg_publish_options *options, const char *policy,
                    const struct cg_run_facts *facts) {
    const bool has_rejected = facts->tally->rejected + facts->tally->cutback != 0;
    cg_notes_run(facts, policy, options->max_reject_rate_milli);
    return facts->outcome == CG_TRIPPED || facts->outcome == CG_GUARDED ||
           (options->fail_on_reject && has_rejected);
}

static bool is_stream(const char *path) {
    return path == NULL || strcmp(path, "-") == 0;
}

/* An output takes the place of what has its name: were that an input, its claims would be lost. */
static enum cg_status spare_from(const struct cg_spared *spared, const char *output,
                                 struct cg_error *err) {
    for (size_t i = 0; i < CG_SPARED_RULES; i++) {
        const char *rules = spared->rules[i];
        if (rules != NULL && access(rules, F_OK) == 0 && cg_file_is_same(rules, output)) {
            return cg_error_set(err, CG_USAGE,
                                "%s is a file of rules and would be lost; give the output a name "
                                "of its own",
                                output);
        }
    }
    for (size_t i = 0; i < spared->input_count; i++) {
        if (cg_file_is_same(output, spared->inputs[i])) {
            return cg_error_set(err, CG_USAGE,
                                "%s is an input and would be lost; give the output a name of its "
                                "own",
                                output);
        }
    }
    return CG_OK;
}

/* --overwrite deletes the folder `out`: CG_USAGE when one of these files stands in it. A file may
 * be NULL or, for a standard stream, "-", which is then `stream` ("/dev/stdin", "/dev/stdout"). */
static enum cg_status spare_folder(const char *out, const char *const *files, size_t count,
                                   const char *stream, struct cg_error *err) {
    for (size_t i = 0; i < count; i++) {
        const char *file = files[i] != NULL && strcmp(files[i], "-") == 0 ? stream : files[i];
        if (file != NULL && cg_file_is_in(file, out)) {
            return cg_error_set(err, CG_USAGE,
                                "%s stands in %s, which --overwrite deletes; give --out another "
                                "folder, or move the file first",
                                file, out);
        }
    }
    return CG_OK;
}

enum cg_status cg_publish_spare(const struct cg_spared *spared, struct cg_error *err) {
    for (size_t i = 0; i < CG_SPARED_OUTPUTS; i++) {
        const char *output = spared->outputs[i];
        if (!is_stream(output) && spare_from(spared, output, err) != CG_OK) {
            return err->status;
        }
    }
    if (spared->folder == NULL ||
        spare_folder(spared->folder, spared->inputs, spared->input_count, "/dev/stdin", err) !=
            CG_OK ||
        spare_folder(spared->folder, spared->rules, CG_SPARED_RULES, NULL, err) != CG_OK) {
        return err->status;
    }
    return spare_folder(spared->folder, spared->outputs, CG_SPARED_OUTPUTS, "/dev/stdout", err);
}
