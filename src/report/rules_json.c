#include "rules_json.h"

#include "claimgate/base/date.h"

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
