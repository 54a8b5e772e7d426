#include "html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    BAR_HEIGHT = 22,
    BAR_LABEL_WIDTH = 208,
    BARS_WIDTH = 520,
    BAR_NUMBER_WIDTH = 74,
    BARS_MOST = 12, /* the table has all */
    COLUMNS_WIDTH = 520,
    COLUMNS_HEIGHT = 180,
    COLUMNS_LEFT = 64,
    COLUMNS_BELOW = 26,
    LABELS_MOST = 5, /* below the columns */
    LETTER_WIDTH = 7,
};

static const char style[] =
    ":root{--fg:#1b1f24;--dim:#57606a;--bg:#fff;--line:#d0d7de;--good:#1a7f5a;--bad:#b3411f;"
    "--flat:#3b5b8c;--soft:#f6f8fa}"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6e8ea;--dim:#a9b2bc;--bg:#14171a;"
    "--line:#3a424a;--good:#4cc38a;--bad:#ff8f6b;--flat:#8db4f0;--soft:#1d2226}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);"
    "font:16px/1.5 system-ui,sans-serif}main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}"
    "h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .2rem}"
    "p{margin:.2rem 0 .8rem;color:var(--dim)}.figures{display:grid;gap:.7rem;"
    "grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));margin:1.2rem 0;padding:0}"
    ".figures div{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;"
    "padding:.7rem}.figures dt{font-size:.85rem;color:var(--dim)}"
    ".figures dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}"
    ".good{color:var(--good)}.bad{color:var(--bad)}"
    "svg{width:100%;max-width:44rem;height:auto;display:block;margin:.6rem 0;"
    "font:13px system-ui,sans-serif}"
    "svg text{fill:var(--fg)}svg .dim{fill:var(--dim)}svg .axis{stroke:var(--line)}"
    "svg .good{fill:var(--good)}svg .bad{fill:var(--bad)}svg .flat{fill:var(--flat)}"
    ".wide{overflow-x:auto}.wide:focus{outline:2px solid var(--flat)}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line)}"
    "th{color:var(--dim);font-weight:600}.n{text-align:right;white-space:nowrap}"
    ".remark{border-left:4px solid var(--bad);background:var(--soft);padding:.5rem .8rem;"
    "margin:.5rem 0}.key span{margin-right:1rem}.key i{display:inline-block;width:.8em;"
    "height:.8em;margin-right:.35em;print-color-adjust:exact}.key "
    ".good{background:var(--good)}.key .bad{background:"
    "var(--bad)}footer{margin-top:2rem;color:var(--dim);font-size:.85rem}"
    "@media print{:root{--fg:#000;--dim:#333;--bg:#fff;--soft:#fff}main{max-width:none}"
    "h2,h2+p,.key,svg{break-after:avoid}svg,tr{break-inside:avoid}.wide{overflow:visible}}";

void cg_html_text(struct cg_page *page, const char *text) {
    for (const char *at = text; *at != '\0';) {
        const size_t plain = strcspn(at, "&<>\"'");
        cg_page_say(page, "%.*s", (int)plain, at);
        at += plain;
        if (*at != '\0') {
            cg_page_say(page, "&#%d;", *at++);
        }
    }
}

void cg_html_open(struct cg_page *page, const char *title, const char *subtitle) {
    cg_page_say(page, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                      "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    cg_html_text(page, title);
    cg_page_say(page, "</title><style>%s</style></head>\n<body><main>\n<h1>", style);
    cg_html_text(page, title);
    cg_page_say(page, "</h1>\n<p>");
    cg_html_text(page, subtitle);
    cg_page_say(page, "</p>\n");
}

void cg_html_close(struct cg_page *page) {
    cg_page_say(page, "<footer>claimgate %s</footer>\n</main></body></html>\n", CG_VERSION);
}

void cg_html_section(struct cg_page *page, const char *heading, const char *sentence) {
    cg_page_say(page, "<h2>");
    cg_html_text(page, heading);
    cg_page_say(page, "</h2>\n<p>");
    cg_html_text(page, sentence);
    cg_page_say(page, "</p>\n");
}

void cg_html_figures(struct cg_page *page, const struct cg_html_figure *figures, uint32_t count) {
    char number[32];
    cg_page_say(page, "<dl class=\"figures\">");
    for (uint32_t i = 0; i < count; i++) {
        cg_page_say(page, "<div><dt>");
        cg_html_text(page, figures[i].label);
        cg_page_say(page, "</dt><dd class=\"%s\">%s</dd></div>", figures[i].tone,
                    cg_grouped(figures[i].number, number));
    }
    cg_page_say(page, "</dl>\n");
}

/* --- tables --- */

void cg_html_table_open(struct cg_page *page, const char *name, const char *const *headings,
                        uint32_t count) {
    cg_page_say(page, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
    cg_html_text(page, name);
    cg_page_say(page, "\"><table><thead><tr>");
    for (uint32_t i = 0; i < count; i++) {
        cg_page_say(page, "<th scope=\"col\"%s>", i > 0 ? " class=\"n\"" : "");
        cg_html_text(page, headings[i]);
        cg_page_say(page, "</th>");
    }
    cg_page_say(page, "</tr></thead><tbody>\n");
}

void cg_html_table_row(struct cg_page *page, const char *const *cells, uint32_t count,
                       uint32_t first_number) {
    cg_page_say(page, "<tr>");
    for (uint32_t i = 0; i < count; i++) {
        cg_page_say(page, "<td%s>", i >= first_number ? " class=\"n\"" : "");
        cg_html_text(page, cells[i]);
        cg_page_say(page, "</td>");
    }
    cg_page_say(page, "</tr>\n");
}

void cg_html_table_close(struct cg_page *page) {
    cg_page_say(page, "</tbody></table></div>\n");
}

static void open_drawing(struct cg_page *page, const char *name, uint32_t width, uint32_t height) {
    cg_page_say(page, "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"", width, height);
    cg_html_text(page, name);
    cg_page_say(page, "\">");
}

/* --- bars --- */

static const char *share_of(uint64_t number, uint64_t of, char out[32]) {
    const uint64_t tenths = of == 0 ? 0 : (number * 1000 + of / 2) / of;
    snprintf(out, 32, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
    return out;
}

static void draw_bars(struct cg_page *page, const struct cg_html_bars *how,
                      const struct cg_html_bar *bars, uint32_t count) {
    const uint64_t room = BARS_WIDTH - BAR_LABEL_WIDTH - BAR_NUMBER_WIDTH;
    char number[32];
    uint64_t most = 1;
    count = count < BARS_MOST ? count : BARS_MOST;
    for (uint32_t i = 0; i < count; i++) {
        most = bars[i].number > most ? bars[i].number : most;
    }
    open_drawing(page, how->name, BARS_WIDTH, count * BAR_HEIGHT);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t top = i * BAR_HEIGHT;
        const uint64_t width = (bars[i].number * room + most - 1) / most;
        cg_page_say(page, "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">", BAR_LABEL_WIDTH - 8,
                    top + 15);
        cg_html_text(page, bars[i].label);
        cg_page_say(page,
                    "</text><rect class=\"%s\" x=\"%d\" y=\"%u\" width=\"%" PRIu64
                    "\" height=\"%d\"/><text x=\"%" PRIu64 "\" y=\"%u\">%s</text>",
                    how->tone, BAR_LABEL_WIDTH, top + 3, width, BAR_HEIGHT - 6,
                    BAR_LABEL_WIDTH + width + 6, top + 15, cg_grouped(bars[i].number, number));
    }
    cg_page_say(page, "</svg>\n");
}

void cg_html_put_bars(struct cg_page *page, const struct cg_html_bars *how,
                      const struct cg_html_bar *bars, uint32_t count) {
    const char *headings[4] = {how->label_heading, how->number_heading};
    uint32_t columns = 2;
    if (how->more_heading != NULL) {
        headings[columns++] = how->more_heading;
    }
    if (how->of != 0) {
        headings[columns++] = "share";
    }
    draw_bars(page, how, bars, count);
    cg_html_table_open(page, how->name, headings, columns);
    for (uint32_t i = 0; i < count; i++) {
        char number[32];
        char more[32];
        char share[32];
        const char *cells[4] = {bars[i].label, cg_grouped(bars[i].number, number)};
        uint32_t at = 2;
        if (how->more_heading != NULL) {
            cells[at++] = cg_grouped(bars[i].more, more);
        }
        if (how->of != 0) {
            cells[at++] = share_of(bars[i].number, how->of, share);
        }
        cg_html_table_row(page, cells, at, 1);
    }
    cg_html_table_close(page);
}

/* --- columns --- */

static void draw_axis(struct cg_page *page, uint64_t most) {
    char number[32];
    for (uint32_t i = 0; i <= 2; i++) {
        const uint32_t y = 8 + i * (COLUMNS_HEIGHT - 8) / 2;
        cg_page_say(page,
                    "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%u\" y2=\"%u\"/>"
                    "<text class=\"dim\" x=\"%d\" y=\"%u\" text-anchor=\"end\">%s</text>",
                    COLUMNS_LEFT, COLUMNS_WIDTH, y, y, COLUMNS_LEFT - 6, y + 4,
                    cg_grouped(most * (2 - i) / 2, number));
    }
}

static void draw_column(struct cg_page *page, const struct cg_html_column *column, double x,
                        double width, uint64_t most) {
    const double high = COLUMNS_HEIGHT - 8;
    const double good = high * (double)column->good / (double)most;
    const double bad = high * (double)column->bad / (double)most;
    cg_page_say(page,
                "<rect class=\"good\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
                "<rect class=\"bad\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                x, COLUMNS_HEIGHT - good, width, good, x, COLUMNS_HEIGHT - good - bad, width, bad);
}

/* Every so-many-th column has room for its label. */
static uint32_t label_distance(const struct cg_html_column *columns, uint32_t count, double step) {
    size_t longest = 1;
    for (uint32_t i = 0; i < count; i++) {
        const size_t len = strlen(columns[i].label);
        longest = len > longest ? len : longest;
    }
    const uint32_t apart = (uint32_t)((double)(longest + 2) * LETTER_WIDTH / step) + 1;
    const uint32_t every = (count + LABELS_MOST - 1) / LABELS_MOST;
    return apart > every ? apart : every;
}

static void draw_columns(struct cg_page *page, const struct cg_html_columns *how,
                         const struct cg_html_column *columns, uint32_t count) {
    uint64_t most = 2;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t all = columns[i].good + columns[i].bad;
        most = all > most ? all : most;
    }
    const double step = (double)(COLUMNS_WIDTH - COLUMNS_LEFT) / (double)(count > 0 ? count : 1);
    const uint32_t every = label_distance(columns, count, step);
    open_drawing(page, how->name, COLUMNS_WIDTH, COLUMNS_HEIGHT + COLUMNS_BELOW);
    draw_axis(page, most);
    for (uint32_t i = 0; i < count; i++) {
        const double x = COLUMNS_LEFT + step * i;
        draw_column(page, &columns[i], x + step * 0.1, step * 0.8, most);
        const double label_end = x + (double)strlen(columns[i].label) * LETTER_WIDTH;
        if (i % every == 0 && (i == 0 || label_end <= COLUMNS_WIDTH)) {
            cg_page_say(page, "<text class=\"dim\" x=\"%.1f\" y=\"%d\">", x, COLUMNS_HEIGHT + 18);
            cg_html_text(page, columns[i].label);
            cg_page_say(page, "</text>");
        }
    }
    cg_page_say(page, "</svg>\n");
}

void cg_html_put_columns(struct cg_page *page, const struct cg_html_columns *how,
                         const struct cg_html_column *columns, uint32_t count) {
    const char *const headings[] = {how->label_heading, how->good_heading, how->bad_heading};
    cg_page_say(page,
                "<p class=\"key\"><span><i class=\"good\"></i>%s</span><span>"
                "<i class=\"bad\"></i>%s</span>%s</p>\n",
                how->good_heading, how->bad_heading, how->unit);
    draw_columns(page, how, columns, count);
    cg_html_table_open(page, how->name, headings, 3);
    for (uint32_t i = 0; i < count; i++) {
        char good[32];
        char bad[32];
        const char *const cells[] = {columns[i].label, cg_grouped(columns[i].good, good),
                                     cg_grouped(columns[i].bad, bad)};
        cg_html_table_row(page, cells, 3, 1);
    }
    cg_html_table_close(page);
}
