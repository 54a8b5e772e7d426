#include "claimgate/report/run_report.h"

#include "rules_json.h"

#include "claimgate/json/json.h"

#include <inttypes.h>

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
        cg_put_hash(json, "sha256", input->sha256);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_output(struct cg_json_writer *json, const char *key,
                       const struct cg_output_facts *output) {
    if (output->file == NULL) {
        cg_json_put_null(json, key);
        return;
    }
    cg_json_open_object(json, key);
    cg_json_put_string(json, "file", output->file);
    cg_json_put_integer(json, "bytes", (int64_t)output->bytes);
    cg_json_put_integer(json, "records", (int64_t)output->records);
    cg_put_hash(json, "sha256", output->sha256);
    cg_put_hash(json, "content_sha256", output->content_sha256);
    cg_json_close_object(json);
}

static void put_counts(struct cg_json_writer *json, const struct cg_tally *tally) {
    cg_json_open_object(json, "counts");
    cg_json_put_integer(json, "records", (int64_t)tally->records);
    cg_json_put_integer(json, "accepted", (int64_t)tally->accepted);
    cg_json_put_integer(json, "rejected", (int64_t)tally->rejected);
    cg_json_put_integer(json, "malformed", (int64_t)tally->malformed);
    cg_json_put_integer(json, "out_of_scope", (int64_t)tally->out_of_scope);
    cg_json_put_integer(json, "exempt", (int64_t)tally->exempt);
    cg_json_put_integer(json, "cutback", (int64_t)tally->cutback);
    cg_json_put_integer(json, "taken_back", (int64_t)tally->taken_back);
    cg_json_put_integer(json, "empty_lines", (int64_t)tally->empty_lines);
    cg_json_close_object(json);
    cg_json_open_object(json, "units");
    cg_json_put_integer(json, "submitted", (int64_t)tally->units_submitted);
    cg_json_put_integer(json, "accepted", (int64_t)tally->units_accepted);
    cg_json_put_integer(json, "rejected", (int64_t)tally->units_rejected);
    cg_json_put_integer(json, "exempt", (int64_t)tally->units_exempt);
    cg_json_put_integer(json, "taken_back", (int64_t)tally->units_taken_back);
    cg_json_close_object(json);
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

static void put_timing(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    cg_json_open_object(json, "timing");
    cg_json_put_integer(json, "started_unix", (int64_t)facts->started_unix);
    cg_json_put_milli(json, "seconds", (int64_t)facts->wall_ms);
    cg_json_put_integer(json, "threads", (int64_t)facts->threads);
    cg_json_put_string(json, "codec", facts->codec);
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

bool cg_report_json(struct cg_buffer *out, const struct cg_run_facts *facts) {
    struct cg_json_writer json;
    cg_json_begin(&json, out, false);
    cg_json_open_object(&json, NULL);
    cg_json_put_string(&json, "claimgate", CG_VERSION);
    cg_put_rules(&json, facts->as_of_day, facts->policy, facts->roster);
    put_inputs(&json, facts);
    cg_json_open_object(&json, "outputs");
    put_output(&json, "accepted", &facts->accepted);
    put_output(&json, "rejected", &facts->rejected);
    cg_json_close_object(&json);
    if (facts->run_id != 0) {
        cg_json_open_object(&json, "run");
        cg_json_put_integer(&json, "id", facts->run_id);
        cg_json_close_object(&json);
    }
    put_counts(&json, facts->tally);
    put_reasons(&json, facts->tally);
    put_timing(&json, facts);
    cg_json_close_object(&json);
    return cg_json_end(&json);
}
