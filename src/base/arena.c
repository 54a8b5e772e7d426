#include "claimgate/base/arena.h"

#include "claimgate/base/assert.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, ALIGN_BYTES = 16 };

struct cg_arena_block {
    struct cg_arena_block *next;
    size_t size_bytes;
    size_t used_bytes;
    alignas(ALIGN_BYTES) char bytes[];
};

void cg_arena_init(struct cg_arena *arena, size_t limit_bytes) {
    *arena = (struct cg_arena){.limit_bytes = limit_bytes};
}

static void free_blocks(struct cg_arena_block *block) {
    while (block != NULL) {
        struct cg_arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void cg_arena_fini(struct cg_arena *arena) {
    free_blocks(arena->blocks);
    arena->blocks = NULL;
    arena->used_bytes = 0;
}

void cg_arena_reset(struct cg_arena *arena) {
    struct cg_arena_block **largest = &arena->blocks;
    for (struct cg_arena_block **at = &arena->blocks; *at != NULL; at = &(*at)->next) {
        if ((*at)->size_bytes > (*largest)->size_bytes) {
            largest = at;
        }
    }
    struct cg_arena_block *kept = *largest;
    if (kept != NULL) {
        *largest = kept->next;
        kept->next = NULL;
        kept->used_bytes = 0;
        free_blocks(arena->blocks);
    }
    arena->blocks = kept;
    arena->used_bytes = 0;
    arena->has_failed = false;
}

/* Blocks are listed newest first and only the newest is filled. A big object gets a block of its
 * own behind the newest one, so that it does not end a block that still has room. */
static struct cg_arena_block *add_block(struct cg_arena *arena, size_t object_bytes) {
    size_t size_bytes = object_bytes > BLOCK_BYTES ? object_bytes : BLOCK_BYTES;
    struct cg_arena_block *block = malloc(sizeof *block + size_bytes);
    if (block == NULL) {
        return NULL;
    }
    block->size_bytes = size_bytes;
    block->used_bytes = 0;
    bool own_block = object_bytes > BLOCK_BYTES / 2 && arena->blocks != NULL;
    struct cg_arena_block **place = own_block ? &arena->blocks->next : &arena->blocks;
    block->next = *place;
    *place = block;
    return block;
}

static char *take(struct cg_arena *arena, size_t len_bytes) {
    CG_ASSERT(arena->used_bytes <= arena->limit_bytes);
    if (len_bytes > SIZE_MAX / 2) {
        return NULL;
    }
    size_t size_bytes = (len_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    if (size_bytes > arena->limit_bytes - arena->used_bytes) {
        return NULL;
    }
    struct cg_arena_block *block = arena->blocks;
    if (block == NULL || size_bytes > block->size_bytes - block->used_bytes) {
        block = add_block(arena, size_bytes);
        if (block == NULL) {
            return NULL;
        }
    }
    char *object = block->bytes + block->used_bytes;
    block->used_bytes += size_bytes;
    arena->used_bytes += size_bytes;
    memset(object, 0, size_bytes);
    return object;
}

void *cg_arena_alloc(struct cg_arena *arena, size_t len_bytes) {
    char *object = take(arena, len_bytes);
    arena->has_failed = arena->has_failed || object == NULL;
    return object;
}

char *cg_arena_copy(struct cg_arena *arena, const char *bytes, size_t len_bytes) {
    char *copy = cg_arena_alloc(arena, len_bytes < SIZE_MAX ? len_bytes + 1 : SIZE_MAX);
    if (copy != NULL && len_bytes > 0) {
        memcpy(copy, bytes, len_bytes);
    }
    return copy;
}

char *cg_arena_string(struct cg_arena *arena, const char *text) {
    return cg_arena_copy(arena, text, strlen(text));
}

struct cg_text cg_arena_text(struct cg_arena *arena, struct cg_text text) {
    const char *copy = cg_arena_copy(arena, text.ptr, text.len);
    return (struct cg_text){copy, copy != NULL ? text.len : 0};
}
