#include "x12_mutation.h"

#include "tiny_run.h"
#include "x12_text.h"

#include "generate/random.h"

enum { TEXT_MAX_BYTES = 1 << 20, SEGMENTS_MAX = 256 };

struct segments {
    struct cg_text at[SEGMENTS_MAX];
    uint32_t count;
};

static void put_original(struct cg_buffer *text) {
    X12_PUT(text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-0"), X12_LINE("2"), X12_CLAIM("C-1"),
            "HL*3*1*22*1", "NM1*IL*1*ROE*RAY****MI*M-2", "HL*4*3*23*0", "NM1*QC*1*ROE*ANN",
            X12_CLAIM("C-2"), "HL*5**20*1", "NM1*85*2*OTHER*****XX*1000000012", "HL*6*5*22*0",
            "NM1*IL*1*LEE*KIM****MI*M-3", X12_CLAIM("C-3"));
    X12_PUT(text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-4"));
}

static void part(const struct cg_buffer *text, struct segments *segments) {
    struct cg_text rest = {text->data, (uint32_t)text->len_bytes};
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
static void mutate_bytes(struct cg_buffer *mutated, struct cg_random *random) {
    static const char bytes[] = "*:^~\n\r\001\000 0123456789ACEHLMST";
    const uint32_t at = cg_random_below(random, (uint32_t)mutated->len_bytes);
    switch (cg_random_below(random, 4)) {
    case 0:
        mutated->data[at] = bytes[cg_random_below(random, sizeof bytes)];
        break;
    case 1:
        mutated->data[at] = mutated->data[at > 0 ? at - 1 : 0];
        break;
    case 2:
        mutated->len_bytes = cg_random_below(random, 20) == 0 ? at + 1 : mutated->len_bytes;
        break;
    default:
        break;
    }
}

static void mutate(struct x12_mutation *trial, struct cg_random *random) {
    struct segments segments;
    part(&trial->text, &segments);
    for (uint32_t i = cg_random_below(random, 3); i > 0; i--) {
        mutate_segments(&segments, random);
    }
    cg_buffer_clear(&trial->mutated);
    for (uint32_t i = 0; i < segments.count; i++) {
        tiny_require(cg_buffer_append(&trial->mutated, segments.at[i].ptr, segments.at[i].len),
                     "out of memory");
    }
    for (uint32_t i = cg_random_below(random, 3); i > 0; i--) {
        mutate_bytes(&trial->mutated, random);
    }
}

/* Both sides are read again, as strictly as the file was. */
static void expect_parted(struct x12_mutation *trial, uint64_t seed, const struct x12_claims *all,
                          uint32_t rejected) {
    const unsigned long long number = seed;
    struct x12_claims parts[CG_X12_SIDES];
    tiny_require(
        x12_split(&trial->mutated, (struct x12_splitting){rejected, 333, false}, trial->sides),
        "seed %llu: in pieces it is refused", number);
    for (int i = 0; i < CG_X12_SIDES; i++) {
        const struct cg_buffer *side = &trial->sides[i];
        tiny_require(x12_sum_claims(side, false, &parts[i]), "seed %llu: side %d is refused\n%.*s",
                     number, i, (int)side->len_bytes, side->data);
    }
    tiny_require(parts[0].count + parts[1].count == all->count &&
                     parts[0].sum + parts[1].sum == all->sum,
                 "seed %llu: a claim is lost, changed or in both files", number);
}

void x12_mutation_open(struct x12_mutation *trial) {
    struct cg_buffer *const all[] = {&trial->text, &trial->mutated, &trial->out, &trial->sides[0],
                                     &trial->sides[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cg_buffer_init(all[i], TEXT_MAX_BYTES);
    }
    put_original(&trial->text);
    trial->taken = 0;
}

void x12_mutation_close(struct x12_mutation *trial) {
    struct cg_buffer *const all[] = {&trial->text, &trial->mutated, &trial->out, &trial->sides[0],
                                     &trial->sides[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cg_buffer_fini(all[i]);
    }
}

void x12_mutation_try(struct x12_mutation *trial, uint64_t seed) {
    struct cg_random random = {seed};
    struct x12_claims all;
    mutate(trial, &random);
    x12_transcribe(&trial->out, &trial->mutated, (struct x12_reading){.lenient = seed % 2 == 0});
    if (x12_sum_claims(&trial->mutated, false, &all)) {
        expect_parted(trial, seed, &all, (uint32_t)cg_random_next(&random));
        trial->taken++;
    }
}
