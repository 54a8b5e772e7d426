#include "tally_file.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(name) {#name, offsetof(struct cg_tally, name)},
static const struct {
    const char *name;
    size_t offset;
} counts[] = {{"claims", offsetof(struct cg_tally, claims.records)},
              {"claims_accepted", offsetof(struct cg_tally, claims.accepted)},
              {"claims_rejected", offsetof(struct cg_tally, claims.rejected)},
              CG_TALLY_KEPT(COUNT) COUNT(other_records) COUNT(further_rows) COUNT(decoration)
                  COUNT(repeated_headers) COUNT(claims_of_two_members) COUNT(skipped_lines)
                      COUNT(trailers) COUNT(utc_times)};
enum { COUNTS = sizeof counts / sizeof counts[0] };

static uint64_t *count_at(struct cg_tally *tally, size_t i) {
    return (uint64_t *)((char *)tally + counts[i].offset);
}

/* --- writing --- */

static void put_days(struct cg_json_writer *json, const struct cg_tally *tally) {
    cg_json_open_array(json, "days");
    for (int64_t day = tally->first_day; tally->first_day != CG_DAY_NONE && day <= tally->last_day;
         day++) {
        const struct cg_day_units *units = &tally->days[day - CG_DAY_FIRST];
        if (units->accepted + units->rejected > 0) {
            cg_json_put_integers(
                json, NULL, (const uint64_t[]){(uint64_t)day, units->accepted, units->rejected}, 3);
        }
    }
    cg_json_close_array(json);
}

static void put_reasons(struct cg_json_writer *json, const char *key, const struct cg_count *list,
                        size_t count) {
    cg_json_open_array(json, key);
    for (size_t i = 0; i < count; i++) {
        if (list[i].lines > 0) {
            cg_json_put_integers(json, NULL, (const uint64_t[]){i, list[i].lines, list[i].units},
                                 3);
        }
    }
    cg_json_close_array(json);
}

static void put_id(struct cg_json_writer *json, const char *key, const struct cg_key *id) {
    uint8_t hash[CG_XXH128_BYTES];
    const struct cg_text text = cg_key_text(id);
    struct cg_xxh128 *running = cg_xxh128_new();
    if (running == NULL) {
        json->failed = true;
        return;
    }
    cg_xxh128_update(running, text.ptr, text.len);
    cg_xxh128_peek(running, hash);
    cg_xxh128_free(running);
    cg_json_put_hex(json, key, hash, sizeof hash);
}

static void put_edge(struct cg_json_writer *json, const char *key, const struct cg_key *claim,
                     const struct cg_key *member, bool counted) {
    if (cg_key_len(claim) == 0) {
        return;
    }
    cg_json_open_object(json, key);
    put_id(json, "claim", claim);
    put_id(json, "member", member);
    cg_json_put_boolean(json, "counted", counted);
    cg_json_close_object(json);
}

static void put_numbered(struct cg_json_writer *json, const char *key, const uint64_t *list,
                         size_t count) {
    cg_json_open_array(json, key);
    for (uint64_t i = 0; i < count; i++) {
        if (list[i] > 0) {
            cg_json_put_integers(json, NULL, (const uint64_t[]){i, list[i]}, 2);
        }
    }
    cg_json_close_array(json);
}

void cg_tally_put(struct cg_json_writer *json, const struct cg_tally *tally) {
    cg_json_open_object(json, "tally");
    for (size_t i = 0; i < COUNTS; i++) {
        cg_json_put_integer(json, counts[i].name,
                            (int64_t) * (const uint64_t *)((const char *)tally + counts[i].offset));
    }
    cg_json_put_integers(json, "left_out", tally->left_out, CG_LEFT_OUT_RULES);
    put_days(json, tally);
    put_reasons(json, "reasons", tally->reasons, CG_REASON_COUNT);
    put_reasons(json, "caps", tally->caps,
                (size_t)cg_policy_version_count(tally->policy) * CG_CAPS_MAX);
    put_numbered(json, "warnings", tally->warnings, CG_REASON_COUNT);
    cg_json_put_hex(json, "crosswalked", tally->met_ids, tally->met_id_count);
    const struct cg_text duplicate = cg_key_text(&tally->first_duplicate);
    cg_json_put_hex(json, "first_duplicate", (const uint8_t *)duplicate.ptr, duplicate.len);
    put_edge(json, "first_claim", &tally->first_claim, &tally->first_member,
             tally->is_past_first ? tally->first_counted : tally->claim_counted);
    if (tally->is_past_first) {
        put_edge(json, "last_claim", &tally->claim, &tally->claim_member, tally->claim_counted);
    }
    cg_json_close_object(json);
}

/* --- adding up --- */

int cg_input_place_compare(const void *a, const void *b) {
    const struct cg_input_place *x = a;
    const struct cg_input_place *y = b;
    return x->input != y->input ? (x->input > y->input) - (x->input < y->input)
                                : (x->line > y->line) - (x->line < y->line);
}

static uint64_t number_at(const struct cg_json *array, size_t index) {
    return (uint64_t)cg_json_integer(cg_json_item(array, index));
}

size_t cg_tally_place(uint64_t number, size_t count, bool *good) {
    *good = *good && number < count;
    return number < count ? (size_t)number : 0;
}

static void add_days(struct cg_tally *tally, const struct cg_json *days, bool *good) {
    enum { DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1 };
    for (size_t i = 0; i < cg_json_count(days); i++) {
        const struct cg_json *item = cg_json_item(days, i);
        const size_t at = cg_tally_place(number_at(item, 0) - (uint64_t)CG_DAY_FIRST, DAYS, good);
        const int32_t day_no = (int32_t)at + CG_DAY_FIRST;
        tally->days[at].accepted += number_at(item, 1);
        tally->days[at].rejected += number_at(item, 2);
        tally->first_day = tally->first_day == CG_DAY_NONE || day_no < tally->first_day
                               ? day_no
                               : tally->first_day;
        tally->last_day = day_no > tally->last_day ? day_no : tally->last_day;
    }
}

static void add_reasons(struct cg_count *list, size_t count, const struct cg_json *reasons,
                        bool *good) {
    for (size_t i = 0; i < cg_json_count(reasons); i++) {
        const struct cg_json *item = cg_json_item(reasons, i);
        struct cg_count *to = &list[cg_tally_place(number_at(item, 0), count, good)];
        to->lines += number_at(item, 1);
        to->units += number_at(item, 2);
    }
}

static void add_numbered(uint64_t *list, size_t count, const struct cg_json *numbered, bool *good) {
    for (size_t i = 0; i < cg_json_count(numbered); i++) {
        const struct cg_json *item = cg_json_item(numbered, i);
        list[cg_tally_place(number_at(item, 0), count, good)] += number_at(item, 1);
    }
}

static bool add_crosswalked(struct cg_tally *tally, const struct cg_json *hex) {
    const size_t count = strlen(cg_json_string(hex)) / 2;
    uint8_t *met = calloc(count + 1, 1);
    if (met == NULL || !cg_tally_make_room(tally, count)) {
        free(met);
        return false;
    }
    cg_json_hex(hex, met, count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t is_new = met[i] & 1 & ~tally->met_ids[i];
        tally->crosswalked += is_new;
        tally->met_ids[i] |= is_new;
    }
    free(met);
    return true;
}

/* The claim of the first duplicate_line is that of the first task that has one. */
static void add_duplicate(struct cg_tally *tally, const struct cg_json *hex, bool *good) {
    const size_t len = strlen(cg_json_string(hex)) / 2;
    *good = *good && len <= sizeof tally->duplicate_bytes;
    if (cg_key_len(&tally->first_duplicate) == 0 && *good) {
        cg_json_hex(hex, (uint8_t *)tally->duplicate_bytes, len);
        tally->first_duplicate = cg_key_of((struct cg_text){tally->duplicate_bytes, (uint32_t)len});
    }
}

/* The schema holds it to be that long. */
static void copy_id(char out[CG_XXH128_HEX_BYTES], const struct cg_json *object, const char *key) {
    (void)snprintf(out, CG_XXH128_HEX_BYTES, "%s", cg_json_string(cg_json_member(object, key)));
}

/* A claim whose lines stand on both sides has been counted on either, on both, or must be now. */
static void join_claims(struct cg_tally *tally, struct cg_claim_edge *edge,
                        const struct cg_json *first, const struct cg_json *last) {
    if (cg_json_is_null(first)) {
        return;
    }
    struct cg_claim_edge next = {.counted = cg_json_boolean(cg_json_member(first, "counted"))};
    copy_id(next.claim, first, "claim");
    copy_id(next.member, first, "member");
    if (strcmp(next.claim, edge->claim) == 0) {
        const bool differs = strcmp(next.member, edge->member) != 0;
        tally->claims_of_two_members -= edge->counted && next.counted;
        tally->claims_of_two_members += differs && !edge->counted && !next.counted;
        next.counted = next.counted || edge->counted || differs;
        memcpy(next.member, edge->member, sizeof next.member);
    }
    *edge = next;
    if (!cg_json_is_null(last)) {
        copy_id(edge->claim, last, "claim");
        copy_id(edge->member, last, "member");
        edge->counted = cg_json_boolean(cg_json_member(last, "counted"));
    }
}

static enum cg_status is_none_of_ours(struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA, "it counts what there is none of");
}

enum cg_status cg_tally_add_file(struct cg_tally *tally, struct cg_claim_edge *edge,
                                 const struct cg_json *object, struct cg_error *err) {
    bool good = true;
    for (size_t i = 0; i < COUNTS; i++) {
        *count_at(tally, i) += (uint64_t)cg_json_integer(cg_json_member(object, counts[i].name));
    }
    for (uint32_t i = 0; i < CG_LEFT_OUT_RULES; i++) {
        tally->left_out[i] += number_at(cg_json_member(object, "left_out"), i);
    }
    add_days(tally, cg_json_member(object, "days"), &good);
    add_reasons(tally->reasons, CG_REASON_COUNT, cg_json_member(object, "reasons"), &good);
    add_reasons(tally->caps, (size_t)cg_policy_version_count(tally->policy) * CG_CAPS_MAX,
                cg_json_member(object, "caps"), &good);
    add_numbered(tally->warnings, CG_REASON_COUNT, cg_json_member(object, "warnings"), &good);
    join_claims(tally, edge, cg_json_member(object, "first_claim"),
                cg_json_member(object, "last_claim"));
    add_duplicate(tally, cg_json_member(object, "first_duplicate"), &good);
    if (!add_crosswalked(tally, cg_json_member(object, "crosswalked"))) {
        return cg_error_no_memory(err);
    }
    return good ? CG_OK : is_none_of_ours(err);
}

/* --- shapes --- */

void cg_shape_counts_put(struct cg_json_writer *json, const struct cg_shape_counts *shapes) {
    cg_json_open_object(json, "shapes");
    cg_json_put_integer(json, "noted", (int64_t)shapes->noted);
    put_numbered(json, "records", shapes->records, CG_SHAPES_MAX);
    cg_json_open_array(json, "values");
    for (uint64_t i = 0; i < CG_SHAPES_MAX; i++) {
        for (uint64_t k = 0; k < CG_SHAPE_COLUMNS; k++) {
            if (shapes->values[i][k] > 0) {
                cg_json_put_integers(json, NULL, (const uint64_t[]){i, k, shapes->values[i][k]}, 3);
            }
        }
    }
    cg_json_close_array(json);
    cg_json_close_object(json);
}

enum cg_status cg_shape_counts_add(struct cg_shape_counts *shapes, const struct cg_json *object,
                                   struct cg_error *err) {
    const struct cg_json *values = cg_json_member(object, "values");
    bool good = true;
    shapes->noted += (uint64_t)cg_json_integer(cg_json_member(object, "noted"));
    add_numbered(shapes->records, CG_SHAPES_MAX, cg_json_member(object, "records"), &good);
    for (size_t i = 0; i < cg_json_count(values); i++) {
        const struct cg_json *item = cg_json_item(values, i);
        const size_t shape = cg_tally_place(number_at(item, 0), CG_SHAPES_MAX, &good);
        const size_t column = cg_tally_place(number_at(item, 1), CG_SHAPE_COLUMNS, &good);
        shapes->values[shape][column] += (uint32_t)number_at(item, 2);
    }
    return good ? CG_OK : is_none_of_ours(err);
}
