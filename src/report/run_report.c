#include "claimgate/report/run_report.h"

#include "run_json.h"
#include "summary.h"

#include "claimgate/rules/roster_remarks.h"

static void put_inputs(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    cg_json_open_object(json, "layout");
    cg_json_put_string(json, "name", facts->layout);
    cg_json_put_boolean(json, "detected", facts->layout_detected);
    cg_json_close_object(json);
    cg_json_open_array(json, "inputs");
    for (uint32_t i = 0; i < facts->input_count; i++) {
        const struct cg_reader_input *input = &facts->inputs[i];
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", input->file);
        cg_json_put_integer(json, "bytes", (int64_t)input->bytes);
        cg_json_put_integer(json, "records", (int64_t)input->records);
        if (facts->is_x12) {
            cg_json_put_integer(json, "interchanges", (int64_t)input->x12.interchanges);
            cg_json_put_integer(json, "groups", (int64_t)input->x12.groups);
            cg_json_put_integer(json, "transactions", (int64_t)input->x12.transactions);
            cg_json_put_integer(json, "segments", (int64_t)input->x12.segments);
        }
        cg_json_put_hex(json, "sha256", input->sha256, CG_SHA256_BYTES);
        const struct cg_reader_input *same = cg_reader_input_before(facts->inputs, i);
        if (same != NULL) {
            cg_json_put_string(json, "same_content_as", same->file);
        }
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_counts(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    const struct cg_tally *tally = facts->tally;
    struct cg_told_count count;
    cg_json_open_object(json, "counts");
    for (uint32_t i = 0; cg_told_count_at(tally, i, &count); i++) {
        if (!count.of_units) {
            cg_json_put_integer(json, count.name, (int64_t)count.value);
        }
    }
    if (facts->only_count > 0) {
        cg_json_put_integer(json, "left_out", (int64_t)cg_tally_left_out(tally));
    }
    cg_json_put_integer(json, "decoration", (int64_t)tally->decoration);
    cg_json_put_integer(json, "repeated_headers", (int64_t)tally->repeated_headers);
    cg_json_put_integer(json, "skipped_lines", (int64_t)tally->skipped_lines);
    cg_json_put_integer(json, "trailers", (int64_t)tally->trailers);
    if (cg_policy_has_crosswalk(tally->policy)) {
        cg_json_put_integer(json, "crosswalked", (int64_t)tally->crosswalked);
    }
    cg_json_put_any_integer(json, "other_records", (int64_t)tally->other_records);
    cg_json_put_any_integer(json, "further_rows", (int64_t)tally->further_rows);
    cg_json_put_any_integer(json, "claims_with_two_members", (int64_t)tally->claims_of_two_members);
    cg_json_close_object(json);
    cg_json_open_object(json, "units");
    for (uint32_t i = 0; cg_told_count_at(tally, i, &count); i++) {
        if (count.of_units) {
            cg_json_put_integer(json, count.name, (int64_t)count.value);
        }
    }
    cg_json_close_object(json);
}

static void put_days(struct cg_json_writer *json, const struct cg_tally *tally) {
    if (tally->first_day == CG_DAY_NONE) {
        return;
    }
    cg_json_open_array(json, "days");
    for (int32_t day = tally->first_day; day <= tally->last_day; day++) {
        const struct cg_day_units *units = &tally->days[day - CG_DAY_FIRST];
        if (units->accepted + units->rejected == 0) {
            continue;
        }
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "day", cg_date_text(day).text);
        cg_json_put_integer(json, "accepted", (int64_t)units->accepted);
        cg_json_put_integer(json, "rejected", (int64_t)units->rejected);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_cap_use(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    char date[CG_DATE_TEXT_BYTES];
    if (facts->cap_use_count == 0) {
        return;
    }
    cg_json_open_array(json, "cap_use");
    for (uint32_t i = 0; i < facts->cap_use_count; i++) {
        const struct cg_cap_use *use = &facts->cap_use[i];
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "cap", use->cap->id);
        cg_json_put_integer(json, "limit", (int64_t)use->cap->limit_units);
        cg_json_put_string(json, "from", cg_date_format(use->first_day, date));
        cg_json_put_string(json, "to", cg_date_format(use->last_day, date));
        cg_json_put_integers(json, "members", use->members, CG_USE_SHARES);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_known_inputs(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    if (facts->known_input_count == 0) {
        return;
    }
    cg_json_open_array(json, "known_inputs");
    for (uint32_t i = 0; i < facts->known_input_count; i++) {
        const struct cg_known_input *input = &facts->known_inputs[i];
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", input->file);
        cg_json_put_any_integer(json, "run", input->run_no);
        cg_json_put_any_string(json, "folder", input->folder);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_unread_columns(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    bool any = false;
    for (uint32_t i = 0; i < facts->column_note_count; i++) {
        const struct cg_column_note *note = &facts->column_notes[i];
        /* What stands in a column no step of a run in parts knows of all files. */
        if (!cg_column_note_is_unread(note) || note->kind == CG_COLUMN_SAYS_ROWS) {
            continue;
        }
        if (!any) {
            cg_json_open_array(json, "unread_columns");
        }
        any = true;
        cg_json_open_object(json, NULL);
        cg_json_put_integer(json, "position", (int64_t)note->column + 1);
        cg_json_put_string(json, "column", note->name);
        cg_json_put_string(json, "near", note->wanted);
        cg_json_close_object(json);
    }
    if (any) {
        cg_json_close_array(json);
    }
}

static void put_claims(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    const struct cg_claim_counts *claims = &facts->tally->claims;
    if (!facts->holds_claims) {
        return;
    }
    cg_json_open_object(json, "claims");
    cg_json_put_integer(json, "records", (int64_t)claims->records);
    cg_json_put_integer(json, "accepted", (int64_t)claims->accepted);
    cg_json_put_integer(json, "rejected", (int64_t)claims->rejected);
    cg_json_close_object(json);
}

static void put_past(struct cg_json_writer *json, const struct cg_past_counts *past) {
    if (past->records == 0) {
        return;
    }
    cg_json_open_object(json, "past");
    cg_json_put_integer(json, "records", (int64_t)past->records);
    cg_json_put_integer(json, "lines", (int64_t)past->lines);
    cg_json_put_integer(json, "units", (int64_t)past->units);
    cg_json_put_integer(json, "repeated", (int64_t)past->repeated);
    cg_json_put_integer(json, "taken_back", (int64_t)past->taken_back);
    cg_json_put_integer(json, "out_of_scope", (int64_t)past->out_of_scope);
    cg_json_close_object(json);
}

static void put_left_out(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    if (facts->only_count == 0) {
        return;
    }
    cg_json_open_array(json, "left_out");
    for (uint32_t i = 0; i < facts->only_count; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "rule", cg_only_text(facts->only[i].rule));
        cg_json_put_integer(json, "records", (int64_t)facts->tally->left_out[i]);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_reasons(struct cg_json_writer *json, const struct cg_tally *tally) {
    struct cg_tally_entry entry;
    cg_json_open_object(json, "reasons");
    for (uint32_t i = 0; cg_tally_reason_at(tally, i, &entry); i++) {
        cg_json_open_object(json, entry.name);
        cg_json_put_integer(json, "lines", (int64_t)entry.count.lines);
        cg_json_put_integer(json, "units", (int64_t)entry.count.units);
        cg_json_close_object(json);
    }
    cg_json_close_object(json);
    cg_json_open_object(json, "warnings");
    for (uint32_t i = 0; i < CG_REASON_COUNT; i++) {
        if (tally->warnings[i] != 0) {
            cg_json_put_integer(json, cg_reason_info((enum cg_reason)i)->name,
                                (int64_t)tally->warnings[i]);
        }
    }
    cg_json_close_object(json);
}

/* What of it is in force depends on the kernel, as times do on the machine. */
static void put_sandbox(struct cg_json_writer *json, const struct cg_sandbox_facts *sandbox) {
    cg_json_open_object(json, "sandbox");
    cg_json_put_boolean(json, "no_new_privileges", sandbox->no_new_privileges);
    cg_json_put_integer(json, "landlock", sandbox->landlock);
    cg_json_put_boolean(json, "seccomp", sandbox->seccomp);
    cg_json_close_object(json);
}

static void put_timing(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    cg_json_open_object(json, "timing");
    cg_json_put_integer(json, "started_unix", (int64_t)facts->started_unix);
    cg_json_put_milli(json, "seconds", (int64_t)facts->wall_ms);
    cg_json_put_integer(json, "threads", (int64_t)facts->threads);
    cg_json_put_string(json, "codec", facts->codec);
    put_sandbox(json, &facts->sandbox);
    cg_json_open_object(json, "stations");
    for (uint32_t i = 0; i < facts->station_count; i++) {
        cg_json_open_object(json, facts->times[i].name);
        cg_json_put_integer(json, "batches", (int64_t)facts->times[i].batches);
        cg_json_put_milli(json, "busy_seconds", (int64_t)(facts->times[i].busy_ns / 1000000));
        cg_json_put_milli(json, "queued_seconds", (int64_t)(facts->times[i].queued_ns / 1000000));
        cg_json_close_object(json);
    }
    cg_json_close_object(json);
    cg_json_close_object(json);
}

static void put_document(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    cg_json_put_string(json, "claimgate", CG_VERSION);
    if (cg_policy_takes_test_npis(facts->policy)) {
        cg_json_put_boolean(json, "test_run", true);
    }
    cg_put_rules(json, facts->as_of_day, facts->policy, facts->roster);
    if (cg_roster_unclosed(facts->roster) > 0) {
        cg_json_put_integer(json, "unclosed_credentials",
                            (int64_t)cg_roster_unclosed(facts->roster));
    }
    put_inputs(json, facts);
    put_days(json, facts->tally);
    put_cap_use(json, facts);
    cg_guard_put(json, &facts->guard);
    put_known_inputs(json, facts);
    put_unread_columns(json, facts);
    cg_json_open_object(json, "outputs");
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        if (facts->outputs[i].file != NULL || i <= CG_OUTPUT_REJECTED) {
            cg_put_output(json, cg_output_names[i], &facts->outputs[i]);
        }
    }
    cg_json_close_object(json);
    if (facts->run_id != 0) {
        cg_json_open_object(json, "run");
        cg_json_put_integer(json, "id", facts->run_id);
        cg_json_close_object(json);
    }
    put_counts(json, facts);
    put_claims(json, facts);
    put_past(json, &facts->tally->past);
    put_left_out(json, facts);
    put_reasons(json, facts->tally);
    cg_put_notices(json, &facts->notices);
    cg_json_put_any_integer(json, "utc_times_cut", (int64_t)facts->tally->utc_times);
    cg_put_remarks(json, &facts->remarks);
    put_timing(json, facts);
}

void cg_report_put_run(struct cg_page *page, const struct cg_run_facts *facts) {
    if (page->json != NULL) {
        put_document(page->json, facts);
    } else {
        cg_report_put_summary(page, facts);
    }
}
