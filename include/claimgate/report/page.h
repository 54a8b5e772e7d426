/*
 * Page: what a command prints, put together in memory: text for people, or one JSON document.
 *
 * Ownership  _open begins one, _fini frees it.
 * Threads    One.
 * Failure    Out of memory is sticky: what follows is dropped, and _close tells of it. A page is
 *            printed whole or not at all.
 */
#ifndef CLAIMGATE_REPORT_PAGE_H
#define CLAIMGATE_REPORT_PAGE_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/json/json.h"

#include <stdbool.h>
#include <stdint.h>

enum cg_page_form {
    CG_PAGE_TEXT,
    CG_PAGE_JSON,      /* its outermost object is open between _open and _close */
    CG_PAGE_JSON_LINE, /* the same without line ends and blanks */
};

struct cg_page {
    struct cg_buffer text;
    struct cg_json_writer writer;
    struct cg_json_writer *json; /* NULL: a text for people */
    bool failed;
};

void cg_page_open(struct cg_page *page, enum cg_page_form form);
void cg_page_fini(struct cg_page *page);
/* `status` is that of what was written into it: CG_OK closes the document. Returns it, or
 * CG_INTERNAL when memory was out. */
cg_must_use enum cg_status cg_page_close(struct cg_page *page, enum cg_status status,
                                         struct cg_error *err);

void cg_page_say(struct cg_page *page, const char *format, ...) cg_printf_like(2, 3);
/* What somebody else named: control characters are shown as they are in messages. */
void cg_page_show(struct cg_page *page, struct cg_text text);
/* A sentence and the line end, broken between words before column `end`; further lines begin in
 * column `indent`. The cursor stands at `column`. */
enum { CG_PAGE_COLUMNS = 78 };
void cg_page_wrap(struct cg_page *page, uint32_t column, uint32_t indent, uint32_t end,
                  const char *text);

/* Begin and end a list of a document; in a text, nothing. */
void cg_page_open_list(struct cg_page *page, const char *key);
void cg_page_close_list(struct cg_page *page);

/* Words on a terminal are coloured, unless NO_COLOR is set (https://no-color.org). */
const char *cg_style_good(void);
const char *cg_style_bad(void);
const char *cg_style_end(void);

/* "1,234,567". Returns `out`. */
enum { CG_GROUPED_BYTES = 32 };
const char *cg_grouped(uint64_t number, char out[CG_GROUPED_BYTES]);

/* "1 unit", "2 units": a static word for the count. */
const char *cg_plural(uint64_t count, const char *one, const char *many);

/* "2025-01-06" or "2025-01-06 to 2025-01-08". Returns `out`. */
enum { CG_DAYS_TEXT_BYTES = 28 };
const char *cg_days_text(int32_t first_day, int32_t last_day, char out[CG_DAYS_TEXT_BYTES]);

#endif
