#include "audit_flow.h"
#include "audit_tables.h"

#include <inttypes.h>

enum {
    WIDTH = 520,
    LEFT = 130, /* where the bands begin */
    RIGHT = 390,
    NODE_WIDTH = 10,
    BANDS_HEIGHT = 200,
    GAP = 24, /* between two decisions: two lines of text fit beside each */
    TOP = 16,
};

const char *cg_audit_decision_label(enum cg_audit_decision decision) {
    static const char *const labels[CG_AUDIT_DECISIONS] = {"accepted", "out of scope", "cut back",
                                                           "rejected", "absent"};
    return labels[decision];
}

void cg_audit_flow_sum(const struct cg_audit_facts *facts, struct cg_audit_flow *out) {
    *out = (struct cg_audit_flow){0};
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        if (cell->changed || cell->now != CG_AUDIT_OUT_OF_SCOPE) {
            cg_audit_sums_add(&out->sums[cell->then][cell->now], &cell->sums);
        }
    }
}

static uint64_t lines_of(const struct cg_audit_flow *flow, bool now, enum cg_audit_decision which) {
    uint64_t lines = 0;
    for (size_t i = 0; i < CG_AUDIT_DECISIONS; i++) {
        lines += now ? flow->sums[i][which].lines : flow->sums[which][i].lines;
    }
    return lines;
}

/* Tenths of a pixel; whatever there is can be seen. */
static uint64_t height_of(uint64_t lines, uint64_t all) {
    const uint64_t height = lines * BANDS_HEIGHT * 10 / (all > 0 ? all : 1);
    return lines > 0 && height < 10 ? 10 : height;
}

static void say_tenths(struct cg_page *page, uint64_t tenths) {
    cg_page_say(page, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
}

static const char *tone_of(enum cg_audit_decision then, enum cg_audit_decision now) {
    if (then == now) {
        return "flat";
    }
    return now == CG_AUDIT_REJECTED || now == CG_AUDIT_ABSENT ? "bad" : "good";
}

static void say_point(struct cg_page *page, const char *before, int x, uint64_t y) {
    cg_page_say(page, "%s%d ", before, x);
    say_tenths(page, y);
}

static void draw_band(struct cg_page *page, uint64_t from, uint64_t to, uint64_t height,
                      const char *tone) {
    const int left = LEFT + NODE_WIDTH;
    const int middle = (left + RIGHT) / 2;
    cg_page_say(page, "<path class=\"%s\" fill-opacity=\".6\" d=\"", tone);
    say_point(page, "M", left, from);
    say_point(page, "C", middle, from);
    say_point(page, " ", middle, to);
    say_point(page, " ", RIGHT, to);
    say_point(page, "L", RIGHT, to + height);
    say_point(page, "C", middle, to + height);
    say_point(page, " ", middle, from + height);
    say_point(page, " ", left, from + height);
    cg_page_say(page, "Z\"/>");
}

/* A decision of one side: its bar, its name and its number of lines. */
static void draw_node(struct cg_page *page, bool now, enum cg_audit_decision which, uint64_t top,
                      uint64_t lines) {
    char number[32];
    const int x = now ? RIGHT : LEFT;
    const int text_x = now ? RIGHT + NODE_WIDTH + 8 : LEFT - 8;
    const char *anchor = now ? "start" : "end";
    cg_page_say(page, "<text x=\"%d\" y=\"%" PRIu64 "\" text-anchor=\"%s\">%s</text>", text_x,
                top / 10 + 10, anchor, cg_audit_decision_label(which));
    cg_page_say(page, "<text class=\"dim\" x=\"%d\" y=\"%" PRIu64 "\" text-anchor=\"%s\">%s</text>",
                text_x, top / 10 + 26, anchor, cg_grouped(lines, number));
    cg_page_say(page, "<rect class=\"flat\" x=\"%d\" y=\"", x);
    say_tenths(page, top);
    cg_page_say(page, "\" width=\"%d\" height=\"", NODE_WIDTH);
}

struct sides {
    uint64_t next[2][CG_AUDIT_DECISIONS]; /* where the next band of [now][decision] begins */
};

static uint64_t bands_height(const struct cg_audit_flow *flow, bool now,
                             enum cg_audit_decision which, uint64_t all) {
    uint64_t height = 0;
    for (size_t i = 0; i < CG_AUDIT_DECISIONS; i++) {
        height += height_of(now ? flow->sums[i][which].lines : flow->sums[which][i].lines, all);
    }
    return height;
}

/* A bar with the gap below it, or the two lines of text beside it where it is lower. */
static uint64_t room_of(uint64_t height) {
    const uint64_t least = (uint64_t)(GAP + 10) * 10;
    return (height < least ? least : height) + (uint64_t)GAP * 5;
}

static void draw_side(struct cg_page *page, const struct cg_audit_flow *flow, bool now,
                      uint64_t all, struct sides *sides) {
    uint64_t top = (uint64_t)(TOP + 14) * 10;
    cg_page_say(page, "<text class=\"dim\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>",
                now ? RIGHT + NODE_WIDTH + 8 : LEFT - 8, TOP, now ? "start" : "end",
                now ? "now" : "then");
    for (enum cg_audit_decision i = 0; i < CG_AUDIT_DECISIONS; i++) {
        const uint64_t height = bands_height(flow, now, i, all);
        if (height == 0) {
            continue;
        }
        draw_node(page, now, i, top, lines_of(flow, now, i));
        say_tenths(page, height);
        cg_page_say(page, "\"/>");
        sides->next[now][i] = top;
        top += room_of(height);
    }
}

static uint64_t side_height(const struct cg_audit_flow *flow, bool now, uint64_t all) {
    uint64_t sum = 0;
    for (enum cg_audit_decision i = 0; i < CG_AUDIT_DECISIONS; i++) {
        const uint64_t height = bands_height(flow, now, i, all);
        sum += height > 0 ? room_of(height) : 0;
    }
    return sum;
}

static void draw_bands(struct cg_page *page, const struct cg_audit_flow *flow, uint64_t all,
                       struct sides *sides) {
    for (enum cg_audit_decision then = 0; then < CG_AUDIT_DECISIONS; then++) {
        for (enum cg_audit_decision now = 0; now < CG_AUDIT_DECISIONS; now++) {
            const uint64_t height = height_of(flow->sums[then][now].lines, all);
            if (height > 0) {
                draw_band(page, sides->next[0][then], sides->next[1][now], height,
                          tone_of(then, now));
                sides->next[0][then] += height;
                sides->next[1][now] += height;
            }
        }
    }
}

void cg_audit_flow_draw(struct cg_page *page, const struct cg_audit_flow *flow) {
    struct sides sides = {0};
    uint64_t all = 0;
    for (enum cg_audit_decision i = 0; i < CG_AUDIT_DECISIONS; i++) {
        all += lines_of(flow, false, i);
    }
    const uint64_t left = side_height(flow, false, all);
    const uint64_t right = side_height(flow, true, all);
    cg_page_say(page,
                "<svg viewBox=\"0 0 %d %" PRIu64 "\" role=\"img\" aria-label=\"Lines from then to "
                "now\">",
                WIDTH, TOP + 14 + (left > right ? left : right) / 10);
    draw_side(page, flow, false, all, &sides);
    draw_side(page, flow, true, all, &sides);
    draw_bands(page, flow, all, &sides);
    cg_page_say(page, "</svg>\n");
}
