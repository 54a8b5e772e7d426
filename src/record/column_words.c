#include "column_words.h"

#include <string.h>

static bool ends_between(char before, char after) {
    const bool camel = before >= 'a' && before <= 'z' && after >= 'A' && after <= 'Z';
    return camel || cg_is_digit(before) != cg_is_digit(after);
}

static uint32_t separator_bytes(struct cg_text text) {
    const bool joins = text.ptr[0] == '_' || text.ptr[0] == '-' || text.ptr[0] == '.';
    return joins ? 1 : cg_text_blank_bytes(text);
}

void cg_column_words_split(struct cg_text name, struct cg_column_words *out) {
    bool open = false;
    *out = (struct cg_column_words){.count = 0};
    while (name.len > 0) {
        const uint32_t separator = separator_bytes(name);
        if (separator == 0) {
            open = open && !ends_between(name.ptr[-1], name.ptr[0]);
            if (!open && out->count == CG_COLUMN_WORDS_MAX) {
                return;
            }
            if (!open) {
                out->word[out->count++] = (struct cg_text){name.ptr, 0};
            }
            out->word[out->count - 1].len++;
        }
        open = separator == 0;
        name.ptr += open ? 1 : separator;
        name.len -= open ? 1 : separator;
    }
}

bool cg_column_word_is_in(struct cg_text word, const char *list) {
    bool found = false;
    while (*list != '\0') {
        const size_t len = strcspn(list, " ");
        found = found || cg_text_equal_nocase(word, (struct cg_text){list, (uint32_t)len});
        list += len + strspn(list + len, " ");
    }
    return found;
}
