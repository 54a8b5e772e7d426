/*
 * Pages of 256 days, made when a unit falls into them, and the sum of each page: a range is the
 * rest of its first page, whole pages by their sums, and the start of its last page, so at most
 * 512 + 429 steps. A tree would need fewer, but every cap asks for a year or less, which is two or
 * three pages.
 */
#include "calendar.h"

#include "claimgate/base/date.h"

#include <stdlib.h>

enum {
    PAGE_DAYS = 256,
    PAGES = (CG_DAY_LAST - CG_DAY_FIRST) / PAGE_DAYS + 1,
};

struct cg_calendar {
    uint64_t sums[PAGES];
    uint64_t *pages[PAGES]; /* NULL: never a unit */
};

struct cg_calendar *cg_calendar_new(void) {
    return calloc(1, sizeof(struct cg_calendar));
}

void cg_calendar_free(struct cg_calendar *calendar) {
    if (calendar == NULL) {
        return;
    }
    for (uint32_t i = 0; i < PAGES; i++) {
        free(calendar->pages[i]);
    }
    free(calendar);
}

static uint32_t index_of(int32_t day_no) {
    return (uint32_t)(day_no - CG_DAY_FIRST);
}

bool cg_calendar_add(struct cg_calendar *calendar, const struct cg_spread *spread) {
    for (int32_t day_no = spread->first_day; day_no <= spread->last_day; day_no++) {
        uint32_t page_no = index_of(day_no) / PAGE_DAYS;
        uint64_t **page = &calendar->pages[page_no];
        if (*page == NULL) {
            *page = calloc(PAGE_DAYS, sizeof **page);
            if (*page == NULL) {
                return false;
            }
        }
        (*page)[index_of(day_no) % PAGE_DAYS] += cg_spread_on_day(spread, day_no);
        calendar->sums[page_no] += cg_spread_on_day(spread, day_no);
    }
    return true;
}

void cg_calendar_subtract(struct cg_calendar *calendar, const struct cg_spread *spread) {
    for (int32_t day_no = spread->first_day; day_no <= spread->last_day; day_no++) {
        uint32_t page_no = index_of(day_no) / PAGE_DAYS;
        calendar->pages[page_no][index_of(day_no) % PAGE_DAYS] -= cg_spread_on_day(spread, day_no);
        calendar->sums[page_no] -= cg_spread_on_day(spread, day_no);
    }
}

/* Days `from` to `to` of one page, both in. */
static uint64_t sum_in_page(const uint64_t *page, uint32_t from, uint32_t to) {
    uint64_t sum = 0;
    for (uint32_t i = from; page != NULL && i <= to; i++) {
        sum += page[i];
    }
    return sum;
}

uint64_t cg_calendar_sum(const struct cg_calendar *calendar, int32_t first_day, int32_t last_day) {
    int32_t from = first_day > CG_DAY_FIRST ? first_day : CG_DAY_FIRST;
    int32_t to = last_day < CG_DAY_LAST ? last_day : CG_DAY_LAST;
    if (from > to) {
        return 0;
    }
    uint32_t first_page = index_of(from) / PAGE_DAYS;
    uint32_t last_page = index_of(to) / PAGE_DAYS;
    uint32_t start = index_of(from) % PAGE_DAYS;
    uint32_t end = index_of(to) % PAGE_DAYS;
    if (first_page == last_page) {
        return sum_in_page(calendar->pages[first_page], start, end);
    }
    uint64_t sum = sum_in_page(calendar->pages[first_page], start, PAGE_DAYS - 1) +
                   sum_in_page(calendar->pages[last_page], 0, end);
    for (uint32_t page_no = first_page + 1; page_no < last_page; page_no++) {
        sum += calendar->sums[page_no];
    }
    return sum;
}

void cg_calendar_daily(const struct cg_calendar *calendar, int32_t first_day, int32_t last_day,
                       uint64_t *out) {
    for (int32_t day_no = first_day; day_no <= last_day; day_no++) {
        const uint64_t *page = calendar->pages[index_of(day_no) / PAGE_DAYS];
        *out++ = page != NULL ? page[index_of(day_no) % PAGE_DAYS] : 0;
    }
}
