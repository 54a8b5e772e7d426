#include "inflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef CG_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif
#endif

/* Both codecs count in 32 bits; a longer stretch goes in several calls. */
enum { STRETCH_BYTES = 1 << 30 };

/* zlib takes its memory from here: 7 KiB of state and the 32 KiB window, with room for later
 * versions. So it can only run out when the inflater is made. */
enum { ZLIB_MEMORY_BYTES = 128 << 10, ZLIB_ALIGN_BYTES = 64 };

struct zlib_state {
    z_stream stream;
    size_t used_bytes;
    _Alignas(ZLIB_ALIGN_BYTES) uint8_t memory[ZLIB_MEMORY_BYTES];
};

struct cg_inflater {
    struct zlib_state zlib;
#ifdef CG_ISAL
    struct inflate_state isal;
#endif
    enum cg_codec codec;
};

static size_t stretch(size_t bytes) {
    return bytes < STRETCH_BYTES ? bytes : STRETCH_BYTES;
}

static void *zlib_take(void *opaque, unsigned count, unsigned size) {
    struct zlib_state *state = opaque;
    size_t bytes = (size_t)count * size;
    size_t rest = sizeof state->memory - state->used_bytes;

    if (bytes > rest) {
        return NULL;
    }
    void *taken = state->memory + state->used_bytes;
    bytes = (bytes + ZLIB_ALIGN_BYTES - 1) / ZLIB_ALIGN_BYTES * ZLIB_ALIGN_BYTES;
    state->used_bytes += bytes < rest ? bytes : rest;
    return taken;
}

static void zlib_give(void *opaque, void *address) {
    (void)opaque;
    (void)address;
}

static bool zlib_init(struct zlib_state *state) {
    memset(&state->stream, 0, sizeof state->stream);
    state->used_bytes = 0;
    state->stream.zalloc = zlib_take;
    state->stream.zfree = zlib_give;
    state->stream.opaque = state;
    return inflateInit2(&state->stream, -15) == Z_OK;
}

static enum cg_inflate_step zlib_run(struct zlib_state *state, struct cg_inflate_io *io) {
    size_t in_bytes = stretch(io->in_bytes);
    size_t out_bytes = stretch(io->out_bytes);

    state->stream.next_in = (uint8_t *)(uintptr_t)io->in;
    state->stream.avail_in = (unsigned)in_bytes;
    state->stream.next_out = io->out;
    state->stream.avail_out = (unsigned)out_bytes;
    int result = inflate(&state->stream, Z_NO_FLUSH);
    io->in += in_bytes - state->stream.avail_in;
    io->in_bytes -= in_bytes - state->stream.avail_in;
    io->out += out_bytes - state->stream.avail_out;
    io->out_bytes -= out_bytes - state->stream.avail_out;
    if (result == Z_STREAM_END) {
        return CG_INFLATE_END;
    }
    return result == Z_OK || result == Z_BUF_ERROR ? CG_INFLATE_MORE : CG_INFLATE_CORRUPT;
}

static bool zlib_whole(struct cg_inflate_io io) {
    struct zlib_state state;

    return zlib_init(&state) && zlib_run(&state, &io) == CG_INFLATE_END && io.in_bytes == 0 &&
           io.out_bytes == 0;
}

#ifdef CG_ISAL

#ifdef __x86_64__
static __attribute__((target("avx"))) void zero_upper_halves(void) {
    _mm256_zeroupper();
}
#endif

void cg_isal_leave(void) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx")) {
        zero_upper_halves();
    }
#endif
}

static void isal_load(struct inflate_state *state, const struct cg_inflate_io *io) {
    state->next_in = (uint8_t *)(uintptr_t)io->in;
    state->avail_in = (uint32_t)stretch(io->in_bytes);
    state->next_out = io->out;
    state->avail_out = (uint32_t)stretch(io->out_bytes);
}

static enum cg_inflate_step isal_run(struct inflate_state *state, struct cg_inflate_io *io) {
    isal_load(state, io);
    int result = isal_inflate(state);
    cg_isal_leave();
    size_t in_bytes = (size_t)(state->next_in - io->in);
    size_t out_bytes = (size_t)(state->next_out - io->out);

    io->in += in_bytes;
    io->in_bytes -= in_bytes;
    io->out += out_bytes;
    io->out_bytes -= out_bytes;
    if (result != ISAL_DECOMP_OK) {
        return CG_INFLATE_CORRUPT;
    }
    /* Truncated input is no error to ISA-L: the state of the block alone tells the end. */
    if (state->block_state != ISAL_BLOCK_FINISH) {
        return CG_INFLATE_MORE;
    }
    /* Whole bytes that wait in its bit buffer belong to whatever follows. */
    size_t ahead_bytes = (size_t)state->read_in_length / 8;
    io->in -= ahead_bytes;
    io->in_bytes += ahead_bytes;
    return CG_INFLATE_END;
}

static bool isal_whole(struct cg_inflate_io io) {
    struct inflate_state state;

    if (io.in_bytes > STRETCH_BYTES || io.out_bytes > STRETCH_BYTES) {
        return false;
    }
    isal_inflate_init(&state);
    isal_load(&state, &io);
    const int result = isal_inflate_stateless(&state);
    cg_isal_leave();
    return result == ISAL_DECOMP_OK && state.block_state == ISAL_BLOCK_FINISH &&
           state.avail_in == 0 && state.avail_out == 0;
}

#endif

struct cg_inflater *cg_inflater_new(enum cg_codec codec) {
    struct cg_inflater *inflater = malloc(sizeof *inflater);

    if (inflater == NULL) {
        return NULL;
    }
    inflater->codec = codec;
    if (!zlib_init(&inflater->zlib)) {
        free(inflater);
        return NULL;
    }
#ifdef CG_ISAL
    isal_inflate_init(&inflater->isal);
#endif
    return inflater;
}

void cg_inflater_free(struct cg_inflater *inflater) {
    free(inflater);
}

void cg_inflater_reset(struct cg_inflater *inflater) {
    /* It can only fail for a stream that was never made. */
    (void)inflateReset(&inflater->zlib.stream);
#ifdef CG_ISAL
    isal_inflate_reset(&inflater->isal);
#endif
}

enum cg_inflate_step cg_inflater_run(struct cg_inflater *inflater, struct cg_inflate_io *io) {
#ifdef CG_ISAL
    if (inflater->codec == CG_CODEC_BEST) {
        return isal_run(&inflater->isal, io);
    }
#endif
    return zlib_run(&inflater->zlib, io);
}

bool cg_inflate_whole(enum cg_codec codec, struct cg_inflate_io io) {
#ifdef CG_ISAL
    if (codec == CG_CODEC_BEST) {
        return isal_whole(io);
    }
#else
    (void)codec;
#endif
    return zlib_whole(io);
}

uint32_t cg_crc32(uint32_t crc, const void *bytes, size_t len_bytes) {
#ifdef CG_ISAL
    crc = crc32_gzip_refl(crc, bytes, len_bytes);
    cg_isal_leave();
    return crc;
#else
    return (uint32_t)crc32_z(crc, bytes, len_bytes);
#endif
}
