/*
 * Small files changed at random: never a crash, and never a claim lost or in both files. Some
 * hundreds are tried, or so many as is said: CLAIMGATE_MUTATED=100000 make test T=x12_mutated
 */
#include "support/x12_split.h"
#include "support/x12_text.h"

#include "generate/random.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { TEXT_MAX_BYTES = 1 << 20, SEGMENTS_MAX = 256, USUAL_COUNT = 600 };

struct segments {
    struct cg_text at[SEGMENTS_MAX];
    uint32_t count;
};

static struct cg_buffer text;
static struct cg_buffer mutated;
static struct cg_buffer out;
static struct cg_buffer sides[CG_X12_SIDES];

static void set_up(void) {
    struct cg_buffer *const all[] = {&text, &mutated, &out, &sides[0], &sides[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cg_buffer_init(all[i], TEXT_MAX_BYTES);
    }
}

static void tear_down(void) {
    struct cg_buffer *const all[] = {&text, &mutated, &out, &sides[0], &sides[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cg_buffer_fini(all[i]);
    }
}

TestSuite(x12_mutated, .init = set_up, .fini = tear_down, .timeout = 7200);

static void put_original(void) {
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-0"), X12_LINE("2"), X12_CLAIM("C-1"),
            "HL*3*1*22*1", "NM1*IL*1*ROE*RAY****MI*M-2", "HL*4*3*23*0", "NM1*QC*1*ROE*ANN",
            X12_CLAIM("C-2"), "HL*5**20*1", "NM1*85*2*OTHER*****XX*1000000012", "HL*6*5*22*0",
            "NM1*IL*1*LEE*KIM****MI*M-3", X12_CLAIM("C-3"));
    X12_PUT(&text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-4"));
}

static void part(struct segments *segments) {
    struct cg_text rest = {text.data, (uint32_t)text.len_bytes};
    segments->count = 0;
    while (rest.len > 0) {
        const char *stop = memchr(rest.ptr, '\n', rest.len);
        const uint32_t len = (uint32_t)(stop - rest.ptr) + 1;
        segments->at[segments->count++] = (struct cg_text){rest.ptr, len};
        rest = (struct cg_text){rest.ptr + len, rest.len - len};
    }
}

/* Segments exchanged, left out, doubled. */
static void mutate_segments(struct segments *segments, struct cg_random *random) {
    const uint32_t a = cg_random_below(random, segments->count);
    const uint32_t b = cg_random_below(random, segments->count);
    const struct cg_text first = segments->at[a];
    switch (cg_random_below(random, 4)) {
    case 0:
        segments->at[a] = segments->at[b];
        segments->at[b] = first;
        break;
    case 1:
        segments->at[a].len = 0;
        break;
    case 2:
        segments->at[a] = segments->at[b];
        break;
    default:
        break;
    }
}

/* Separators doubled, control characters put in, digits changed, the end cut off. */
static void mutate_bytes(struct cg_random *random) {
    static const char bytes[] = "*:^~\n\r\001\000 0123456789ACEHLMST";
    const uint32_t at = cg_random_below(random, (uint32_t)mutated.len_bytes);
    switch (cg_random_below(random, 4)) {
    case 0:
        mutated.data[at] = bytes[cg_random_below(random, sizeof bytes)];
        break;
    case 1:
        mutated.data[at] = mutated.data[at > 0 ? at - 1 : 0];
        break;
    case 2:
        mutated.len_bytes = cg_random_below(random, 20) == 0 ? at + 1 : mutated.len_bytes;
        break;
    default:
        break;
    }
}

static void mutate(struct cg_random *random) {
    struct segments segments;
    part(&segments);
    for (uint32_t i = cg_random_below(random, 3); i > 0; i--) {
        mutate_segments(&segments, random);
    }
    cg_buffer_clear(&mutated);
    for (uint32_t i = 0; i < segments.count; i++) {
        cr_assert(cg_buffer_append(&mutated, segments.at[i].ptr, segments.at[i].len));
    }
    for (uint32_t i = cg_random_below(random, 3); i > 0; i--) {
        mutate_bytes(random);
    }
}

/* Both sides are read again, as strictly as the file was. */
static void expect_parted(uint64_t seed, const struct x12_claims *all, uint32_t rejected) {
    struct x12_claims parts[CG_X12_SIDES];
    cr_assert(x12_split(&mutated, (struct x12_splitting){rejected, 333, false}, sides), "seed %llu",
              (unsigned long long)seed);
    for (int i = 0; i < CG_X12_SIDES; i++) {
        cr_assert(x12_sum_claims(&sides[i], false, &parts[i]),
                  "seed %llu: side %d is refused\n%.*s", (unsigned long long)seed, i,
                  (int)sides[i].len_bytes, sides[i].data);
    }
    cr_assert_eq(parts[0].count + parts[1].count, all->count, "seed %llu",
                 (unsigned long long)seed);
    cr_assert_eq(parts[0].sum + parts[1].sum, all->sum, "seed %llu", (unsigned long long)seed);
}

Test(x12_mutated, no_claim_is_lost_or_in_both_files) {
    const char *wanted = getenv("CLAIMGATE_MUTATED");
    const uint64_t count = wanted != NULL ? strtoull(wanted, NULL, 10) : USUAL_COUNT;
    uint64_t taken = 0;
    put_original();
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct cg_random random = {seed};
        struct x12_claims all;
        mutate(&random);
        x12_transcribe(&out, &mutated, (struct x12_reading){.lenient = seed % 2 == 0});
        if (x12_sum_claims(&mutated, false, &all)) {
            expect_parted(seed, &all, (uint32_t)cg_random_next(&random));
            taken++;
        }
    }
    cr_expect_gt(taken, count / 10, "only %llu were taken", (unsigned long long)taken);
}
