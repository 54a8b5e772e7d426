/*
 * Any bytes, three ways: in one piece by the plain path, in one piece by libcsv, and cut into
 * payloads. All must tell the same records, faults, lengths, values and line numbers.
 *
 * The first four bytes choose the delimiter, columns, mode and cuts; the rest is the input.
 */
#include "support/record_feed.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHOICE_BYTES = 4, TRANSCRIPT_MAX_BYTES = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_same(const struct feed *a, const struct feed *b, const char *what) {
    struct cg_buffer first;
    struct cg_buffer second;
    cg_buffer_init(&first, TRANSCRIPT_MAX_BYTES);
    cg_buffer_init(&second, TRANSCRIPT_MAX_BYTES);
    feed_transcribe(a, &first);
    feed_transcribe(b, &second);
    if (first.len_bytes != second.len_bytes ||
        memcmp(first.data, second.data, first.len_bytes) != 0) {
        fprintf(stderr, "%s differ:\n%.*s---\n%.*s", what, (int)first.len_bytes, first.data,
                (int)second.len_bytes, second.data);
        abort();
    }
    cg_buffer_fini(&first);
    cg_buffer_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char delimiters[] = {',', '|', '\t', ';'};
    if (size <= CHOICE_BYTES) {
        return 0;
    }
    struct cg_binding binding =
        feed_binding(1u + data[1] % 8u, delimiters[data[0] % 4], (data[2] & 1) != 0);
    struct feed whole = {.bytes = (const char *)data + CHOICE_BYTES,
                         .len = size - CHOICE_BYTES,
                         .binding = &binding,
                         .has_header = (data[2] & 2) != 0};
    struct feed libcsv = whole;
    struct feed pieces = whole;
    libcsv.libcsv_only = true;
    pieces.first_payload = data[3];
    pieces.payload = 1u + data[2] / 4u;
    expect_same(&whole, &libcsv, "the plain path and libcsv");
    expect_same(&whole, &pieces, "whole and cut");
    return 0;
}
