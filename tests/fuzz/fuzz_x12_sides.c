/*
 * Any bytes as X12 837P, read, parted and read again: how the stream is cut never shows, and each
 * claim is in exactly one of the two files.
 *
 * The first byte chooses which claims are rejected; of the second, bit 0 a lenient envelope, the
 * others how many bytes come at a time.
 */
#include "support/tiny_run.h"
#include "support/x12_split.h"
#include "support/x12_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX_BYTES = 4 << 20, CHOICE_BYTES = 2 };

struct texts {
    struct cg_buffer input;
    struct cg_buffer whole;
    struct cg_buffer pieces;
    struct cg_buffer sides[CG_X12_SIDES];
};

/* In pieces, the lines before a fault have been read when it is met. Else both are the same. */
static bool ends_in(const struct cg_buffer *pieces, const struct cg_buffer *whole) {
    const bool is_refused = strncmp(whole->data, "refused: ", 9) == 0;
    const size_t before = pieces->len_bytes - whole->len_bytes;
    return pieces->len_bytes >= whole->len_bytes && (before == 0 || is_refused) &&
           memcmp(pieces->data + before, whole->data, whole->len_bytes) == 0;
}

static void look(struct texts *texts, const uint8_t *choice) {
    const bool lenient = (choice[1] & 1) != 0;
    const size_t payload = 1 + (size_t)(choice[1] >> 1) * 7;
    struct x12_claims all;
    struct x12_claims parts[CG_X12_SIDES];
    x12_transcribe(&texts->whole, &texts->input, (struct x12_reading){.lenient = lenient});
    x12_transcribe(&texts->pieces, &texts->input,
                   (struct x12_reading){.payload = payload, .lenient = lenient});
    tiny_require(ends_in(&texts->pieces, &texts->whole), "cut at %zu bytes it reads otherwise",
                 payload);
    if (!x12_sum_claims(&texts->input, lenient, &all)) {
        return;
    }
    tiny_require(
        x12_split(&texts->input, (struct x12_splitting){choice[0], payload, lenient}, texts->sides),
        "in pieces it is refused");
    for (int i = 0; i < CG_X12_SIDES; i++) {
        tiny_require(x12_sum_claims(&texts->sides[i], lenient, &parts[i]), "side %d is refused", i);
    }
    tiny_require(parts[0].count + parts[1].count == all.count &&
                     parts[0].sum + parts[1].sum == all.sum,
                 "a claim is lost, changed or in both files");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct texts texts;
    struct cg_buffer *const all[] = {&texts.input, &texts.whole, &texts.pieces, &texts.sides[0],
                                     &texts.sides[1]};
    if (size <= CHOICE_BYTES) {
        return 0;
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cg_buffer_init(all[i], TEXT_MAX_BYTES);
    }
    tiny_require(
        cg_buffer_append(&texts.input, (const char *)data + CHOICE_BYTES, size - CHOICE_BYTES),
        "out of memory");
    look(&texts, data);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cg_buffer_fini(all[i]);
    }
    return 0;
}
