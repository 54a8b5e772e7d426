#include "status_words.h"

#include "claimgate/record/field.h"

static const struct cg_status_word *find(const struct cg_status_words *words, struct cg_text key) {
    for (size_t i = 0; i < words->count; i++) {
        if (cg_text_equal(cg_text_of(words->list[i].folded), key)) {
            return &words->list[i];
        }
    }
    return NULL;
}

static const char *fault_of(const struct cg_status_words *words, struct cg_text key,
                            uint8_t status) {
    const struct cg_status_word *same = find(words, key);
    if (key.len == 0) {
        return "is no word of at most 64 letters";
    }
    if (cg_credential_status_named(key.ptr) != CG_CREDENTIAL_STATUS_COUNT) {
        return "is a status already, and cannot mean another: remove it";
    }
    if (same != NULL && same->status != status) {
        return "stands for another status already: let it mean one";
    }
    return same == NULL && words->count == CG_STATUS_WORDS_MAX
               ? "is one word too many: 64 are allowed"
               : NULL;
}

void cg_status_words_load(struct cg_status_loading *loading, const struct cg_json *object,
                          struct cg_status_words *words) {
    for (size_t i = 0; i < cg_json_count(object); i++) {
        const char *written = NULL;
        const struct cg_json *node = cg_json_member_at(object, i, &written);
        char folded[CG_STATUS_WORD_BYTES + 1];
        const struct cg_text key = {
            folded, cg_field_fold(cg_text_of(written), folded, CG_STATUS_WORD_BYTES)};
        folded[key.len] = '\0';
        const uint8_t status = cg_credential_status_named(cg_json_string(node));
        const char *fault = fault_of(words, key, status);
        if (fault != NULL) {
            cg_json_problem(loading->doc, node, loading->problems, "\"%s\" %s", written, fault);
        } else if (find(words, key) == NULL) {
            const char *kept = cg_arena_copy(loading->arena, folded, key.len + 1);
            words->list[words->count] = (struct cg_status_word){kept, status};
            words->count += kept != NULL;
        }
    }
}
