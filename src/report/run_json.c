#include "run_json.h"

#include "claimgate/base/date.h"

const char *const cg_output_names[CG_OUTPUT_KINDS] = {"accepted", "rejected", "decisions",
                                                      "rejected_x12", "ack"};

static void put_hashes(struct cg_json_writer *json, const struct cg_output_facts *output) {
    cg_json_put_hex(json, "sha256", output->sha256, CG_SHA256_BYTES);
    cg_json_put_hex(json, "content_xxh128", output->content_xxh128, CG_XXH128_BYTES);
}

static void put_facts(struct cg_json_writer *json, const struct cg_output_facts *output) {
    cg_json_put_string(json, "file", output->file);
    cg_json_put_integer(json, "bytes", (int64_t)output->bytes);
    cg_json_put_integer(json, "records", (int64_t)output->records);
}

static void put_pieces(struct cg_json_writer *json, const struct cg_output_facts *output) {
    cg_json_open_array(json, "pieces");
    for (uint32_t i = 0; i < output->piece_count; i++) {
        cg_json_open_object(json, NULL);
        put_facts(json, &output->pieces[i]);
        put_hashes(json, &output->pieces[i]);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

void cg_put_output(struct cg_json_writer *json, const char *key,
                   const struct cg_output_facts *output) {
    if (output->file == NULL) {
        cg_json_put_null(json, key);
        return;
    }
    cg_json_open_object(json, key);
    put_facts(json, output);
    if (output->pieces != NULL) {
        put_pieces(json, output);
    } else {
        put_hashes(json, output);
    }
    cg_json_close_object(json);
}

void cg_put_remarks(struct cg_json_writer *json, const struct cg_remarks *remarks) {
    if (remarks->count == 0) {
        return;
    }
    cg_json_open_array(json, "remarks");
    for (uint32_t i = 0; i < remarks->count; i++) {
        const struct cg_remark *remark = &remarks->list[i];
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "remark", remark->text);
        cg_json_put_integer(json, "records", (int64_t)remark->records);
        cg_json_put_integer(json, "of", (int64_t)remark->of);
        cg_json_put_string(json, "mend", remark->mend);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

bool cg_told_count_at(const struct cg_tally *tally, uint32_t index, struct cg_told_count *out) {
    const struct cg_told_count counts[] = {
        {"records", false, tally->records},
        {"accepted", false, tally->accepted},
        {"rejected", false, tally->rejected},
        {"malformed", false, tally->malformed},
        {"out_of_scope", false, tally->out_of_scope - cg_tally_left_out(tally)},
        {"exempt", false, tally->exempt},
        {"cutback", false, tally->cutback},
        {"taken_back", false, tally->taken_back},
        {"empty_lines", false, tally->empty_lines},
        {"submitted", true, tally->units_submitted},
        {"accepted", true, tally->units_accepted},
        {"rejected", true, tally->units_rejected},
        {"exempt", true, tally->units_exempt},
        {"taken_back", true, tally->units_taken_back},
    };
    if (index >= sizeof counts / sizeof counts[0]) {
        return false;
    }
    *out = counts[index];
    return true;
}

void cg_put_roster_files(struct cg_json_writer *json, const char *key,
                         const struct cg_roster *roster) {
    cg_json_open_array(json, key);
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", file->path);
        cg_json_put_integer(json, "rows", (int64_t)file->rows);
        cg_json_put_hex(json, "sha256", file->sha256, CG_SHA256_BYTES);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

void cg_put_rules(struct cg_json_writer *json, int32_t as_of_day, const struct cg_policy *policy,
                  const struct cg_roster *roster) {
    char as_of[CG_DATE_TEXT_BYTES];
    cg_json_put_string(json, "as_of", cg_date_format(as_of_day, as_of));
    cg_json_open_object(json, "policy");
    cg_json_put_string(json, "id", cg_policy_id(policy));
    cg_json_put_hex(json, "sha256", cg_policy_sha256(policy), CG_SHA256_BYTES);
    cg_json_close_object(json);
    cg_put_roster_files(json, "roster", roster);
}
