#include "claimgate/report/page.h"

#include "claimgate/base/date.h"
#include "claimgate/base/utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_LIMIT_BYTES = 1 << 30, NAME_BYTES = 8192 };

void cg_page_open(struct cg_page *page, enum cg_page_form form) {
    *page = (struct cg_page){0};
    cg_buffer_init(&page->text, PAGE_LIMIT_BYTES);
    if (form != CG_PAGE_TEXT) {
        cg_json_begin(&page->writer, &page->text, form == CG_PAGE_JSON_LINE);
        cg_json_open_object(&page->writer, NULL);
        page->json = &page->writer;
    }
}

void cg_page_fini(struct cg_page *page) {
    cg_buffer_fini(&page->text);
}

enum cg_status cg_page_close(struct cg_page *page, enum cg_status status, struct cg_error *err) {
    if (status != CG_OK) {
        return status;
    }
    if (page->json != NULL) {
        cg_json_close_object(page->json);
        page->failed |= !cg_json_end(page->json);
    }
    return page->failed ? cg_error_no_memory(err) : CG_OK;
}

/* Bytes that a text of ours may hold at this place though a name may not: line ends, tabs, colours.
 * 0: none. */
static size_t own_bytes(const char *at) {
    static const char *const own[] = {"\n", "\t", "\033[32m", "\033[31m", "\033[0m"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strncmp(at, own[i], strlen(own[i])) == 0) {
            return strlen(own[i]);
        }
    }
    return 0;
}

static bool is_plain(const char *text) {
    while (*text != '\0') {
        const unsigned char byte = (unsigned char)*text;
        const size_t own = own_bytes(text);
        if (own == 0 && (byte < 0x20 || byte >= 0x7F)) {
            return false;
        }
        text += own == 0 ? 1 : own;
    }
    return true;
}

/* What was said holds other bytes than ours mostly do: whatever it is of, none of them may reach a
 * terminal as it is. */
static bool show_again(struct cg_buffer *out, const char *text) {
    char shown[4 * NAME_BYTES];
    while (*text != '\0') {
        const size_t own = own_bytes(text);
        uint32_t len = 0;
        while (len < NAME_BYTES - 1 && text[len] != '\0' && own_bytes(text + len) == 0) {
            len++;
        }
        (void)cg_utf8_show_text(shown, sizeof shown, (struct cg_text){text, len});
        if (!cg_buffer_append_text(out, shown) || !cg_buffer_append(out, text + len, own)) {
            return false;
        }
        text += len + own;
    }
    return true;
}

/* The text from `start` on has just been said. */
static void keep_harmless(struct cg_page *page, size_t start) {
    if (is_plain(page->text.data + start)) {
        return;
    }
    char *said = strdup(page->text.data + start);
    page->text.len_bytes = start;
    page->failed = said == NULL || !show_again(&page->text, said);
    free(said);
}

void cg_page_say(struct cg_page *page, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    /* The closing NUL has room and is not counted. */
    if (len < 0 || !cg_buffer_reserve(&page->text, (size_t)len + 1)) {
        page->failed = true;
    }
    if (page->failed) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(page->text.data + page->text.len_bytes, (size_t)len + 1, format, args);
    va_end(args);
    const size_t start = page->text.len_bytes;
    page->text.len_bytes += (size_t)len;
    keep_harmless(page, start);
}

void cg_page_show(struct cg_page *page, struct cg_text text) {
    char shown[NAME_BYTES];
    (void)cg_utf8_show_text(shown, sizeof shown, text);
    cg_page_say(page, "%s", shown);
}

void cg_page_wrap(struct cg_page *page, uint32_t column, uint32_t indent, uint32_t end,
                  const char *text) {
    while (*text != '\0') {
        const size_t len = strcspn(text, " ");
        if (column > indent && column + 1 + len > end) {
            cg_page_say(page, "\n");
            column = 0;
        }
        if (column < indent) {
            cg_page_say(page, "%*s", (int)(indent - column), "");
            column = indent;
        } else if (column > indent) {
            cg_page_say(page, " ");
            column++;
        }
        cg_page_say(page, "%.*s", (int)len, text);
        column += (uint32_t)len;
        text += len;
        text += strspn(text, " ");
    }
    cg_page_say(page, "\n");
}

void cg_page_open_list(struct cg_page *page, const char *key) {
    if (page->json != NULL) {
        cg_json_open_array(page->json, key);
    }
}

void cg_page_close_list(struct cg_page *page) {
    if (page->json != NULL) {
        cg_json_close_array(page->json);
    }
}

static bool uses_colour(void) {
    const char *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

const char *cg_style_good(void) {
    return uses_colour() ? "\033[32m" : "";
}

const char *cg_style_bad(void) {
    return uses_colour() ? "\033[31m" : "";
}

const char *cg_style_end(void) {
    return uses_colour() ? "\033[0m" : "";
}

const char *cg_plural(uint64_t count, const char *one, const char *many) {
    return count == 1 ? one : many;
}

const char *cg_days_text(int32_t first_day, int32_t last_day, char out[CG_DAYS_TEXT_BYTES]) {
    cg_date_format(first_day, out);
    if (last_day != first_day) {
        const size_t len = strlen(out);
        snprintf(out + len, CG_DAYS_TEXT_BYTES - len, " to %s", cg_date_text(last_day).text);
    }
    return out;
}

const char *cg_grouped(uint64_t number, char out[CG_GROUPED_BYTES]) {
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}
