/*
 * What the members of a batch have had, read before its turn to be decided comes.
 *
 * Deciding is serial, and on a large ledger most of it would be reading: a page for each member. So
 * whichever threads have time read ahead, each through a connection of its own, which sees what the
 * run's own does: one transaction that ends with the same run. A batch's members are looked up in
 * the order of their ids and read in the order of their numbers, so that neighbours share pages and
 * a small cache does.
 *
 * It helps, and no more: what cannot be read here is left to the recall that asks for it, which
 * reads it again and says what is wrong.
 */
#include "ahead.h"
#include "recall.h"
#include "waiting.h"

#include "claimgate/base/assert.h"
#include "claimgate/record/key.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    READERS_MAX = 8,
    MEMBERS_MIN = 64, /* fewer are looked up as they come */
    LINES_USUAL = 64, /* a member */
    SHARES = 2,       /* of the recent groups of all members, for as many threads at once */
};

/* Of all batches that wait to be decided. */
static const uint64_t outlines_max_bytes = 12 << 20;

struct reader {
    pthread_mutex_t lock;
    struct cg_ledger *ledger; /* NULL: not opened yet */
    bool has_failed;
};

struct cg_ledger_ahead {
    struct cg_ledger *ledger; /* whose recalls it helps */
    bool has_begun;           /* a transaction of it, which had none */
    int64_t last_run;         /* that it sees */
    int64_t last_member;
    struct reader readers[READERS_MAX];
    uint32_t reader_count;
    struct cg_past shares[SHARES]; /* through readers; hold the recent groups of all members */
    pthread_mutex_t lock;          /* of what follows, to `spare` */
    pthread_cond_t change;         /* another share is over */
    uint32_t shares_begun;
    uint32_t shares_over;        /* loaded, or failed */
    bool lacks_share;            /* one has failed */
    struct cg_waiting *spare;    /* empty ones, whose memory is used again */
    struct cg_waiting **batches; /* by the place of their sequence; NULL: nothing waits */
    uint32_t depth;
    atomic_uint_fast64_t bytes;       /* of outlines that wait */
    const struct cg_waiting *at_hand; /* the batch that is being decided; NULL: none */
};

static enum cg_status ask_last_run(struct cg_ledger *ledger, int64_t *out, struct cg_error *err) {
    return cg_ledger_ask(ledger, "SELECT max(run_no) FROM run", 0, 0, out, err);
}

/* A run that writes has begun a transaction, and a reader gets one. False: nothing to read. */
static bool fix_state(struct cg_ledger_ahead *ahead) {
    struct cg_ledger *ledger = ahead->ledger;
    struct cg_error ignored = CG_ERROR_INIT;
    ahead->has_begun = sqlite3_get_autocommit(ledger->db) != 0;
    if (ahead->has_begun && cg_ledger_exec(ledger, "BEGIN", "beginning", &ignored) != CG_OK) {
        return false;
    }
    return cg_past_last_member(ledger, &ahead->last_member, &ignored) == CG_OK &&
           ahead->last_member > 0 && ask_last_run(ledger, &ahead->last_run, &ignored) == CG_OK;
}

/* NULL: no memory. */
static struct cg_waiting *take_waiting(struct cg_ledger_ahead *ahead) {
    (void)pthread_mutex_lock(&ahead->lock);
    struct cg_waiting *waiting = ahead->spare;
    ahead->spare = waiting == NULL ? NULL : waiting->next;
    (void)pthread_mutex_unlock(&ahead->lock);
    return waiting != NULL ? waiting : cg_waiting_new(2 * outlines_max_bytes);
}

static void forget(struct cg_ledger_ahead *ahead, uint64_t sequence) {
    struct cg_waiting **place = &ahead->batches[sequence % ahead->depth];
    struct cg_waiting *waiting = *place;
    *place = NULL;
    if (waiting == NULL) {
        return;
    }
    atomic_fetch_sub(&ahead->bytes, waiting->outlines.len_bytes);
    cg_waiting_clear(waiting);
    (void)pthread_mutex_lock(&ahead->lock);
    waiting->next = ahead->spare;
    ahead->spare = waiting;
    (void)pthread_mutex_unlock(&ahead->lock);
}

void cg_ledger_ahead_free(struct cg_ledger_ahead *ahead) {
    if (ahead == NULL) {
        return;
    }
    ahead->ledger->ahead = NULL;
    if (ahead->has_begun) {
        cg_ledger_rollback(ahead->ledger);
    }
    if (ahead->ledger->recall != NULL) {
        ahead->ledger->recall->past.lender_count = 0;
    }
    for (uint32_t i = 0; i < SHARES; i++) {
        cg_past_close(&ahead->shares[i]);
    }
    for (uint32_t i = 0; i < ahead->reader_count; i++) {
        cg_ledger_close(ahead->readers[i].ledger);
        (void)pthread_mutex_destroy(&ahead->readers[i].lock);
    }
    for (uint32_t i = 0; i < ahead->depth; i++) {
        cg_waiting_free(ahead->batches[i]);
    }
    while (ahead->spare != NULL) {
        cg_waiting_free(take_waiting(ahead));
    }
    (void)pthread_mutex_destroy(&ahead->lock);
    (void)pthread_cond_destroy(&ahead->change);
    free(ahead->batches);
    free(ahead);
}

struct cg_ledger_ahead *cg_ledger_ahead_new(struct cg_ledger *ledger, uint32_t threads,
                                            uint32_t depth) {
    if (ledger->joined != NULL || ledger->recall == NULL) {
        return NULL;
    }
    struct cg_ledger_ahead *ahead = calloc(1, sizeof *ahead);
    struct cg_waiting **batches = calloc(depth, sizeof batches[0]);
    if (ahead == NULL || batches == NULL) {
        free(ahead);
        free(batches);
        return NULL;
    }
    ahead->ledger = ledger;
    ahead->batches = batches;
    ahead->depth = depth;
    ahead->reader_count = threads == 0 ? 1 : threads < READERS_MAX ? threads : READERS_MAX;
    (void)pthread_mutex_init(&ahead->lock, NULL);
    (void)pthread_cond_init(&ahead->change, NULL);
    for (uint32_t i = 0; i < ahead->reader_count; i++) {
        (void)pthread_mutex_init(&ahead->readers[i].lock, NULL);
    }
    ledger->ahead = ahead;
    if (!fix_state(ahead)) {
        cg_ledger_ahead_free(ahead);
        return NULL;
    }
    return ahead;
}

/* --- reading, on any thread --- */

static enum cg_status load_share(struct cg_ledger_ahead *ahead, uint32_t share,
                                 struct cg_ledger *reader, struct cg_error *err) {
    const int64_t first = ahead->last_member * share / SHARES + 1;
    const int64_t last = ahead->last_member * (share + 1) / SHARES;
    struct cg_past *past = &ahead->shares[share];
    const enum cg_status status = cg_past_open(past, reader, ahead->ledger->before_run, err);
    return status != CG_OK || last < first ? status : cg_past_load(past, first, last, err);
}

/* The recent groups of all members are loaded by the readers that come first, a share each, and by
 * one where no other comes; all look into them. */
static void load_shares(struct cg_ledger_ahead *ahead, struct cg_ledger *reader) {
    struct cg_error ignored = CG_ERROR_INIT;
    (void)pthread_mutex_lock(&ahead->lock);
    while (ahead->shares_begun < SHARES) {
        const uint32_t share = ahead->shares_begun++;
        (void)pthread_mutex_unlock(&ahead->lock);
        const bool good = load_share(ahead, share, reader, &ignored) == CG_OK;
        (void)pthread_mutex_lock(&ahead->lock);
        ahead->lacks_share |= !good;
        ahead->shares_over++;
        (void)pthread_cond_broadcast(&ahead->change);
    }
    while (ahead->shares_over < SHARES) {
        (void)pthread_cond_wait(&ahead->change, &ahead->lock);
    }
    (void)pthread_mutex_unlock(&ahead->lock);
}

/* False: they are not there, all of them. */
static bool lend_shares(struct cg_ledger_ahead *ahead, const struct cg_ledger *to) {
    (void)pthread_mutex_lock(&ahead->lock);
    const bool are_there = ahead->shares_over == SHARES && !ahead->lacks_share;
    (void)pthread_mutex_unlock(&ahead->lock);
    to->recall->past.lenders = ahead->shares;
    to->recall->past.lender_count = are_there ? SHARES : 0;
    return are_there;
}

static enum cg_status open_reader(struct cg_ledger_ahead *ahead, struct cg_ledger **out,
                                  struct cg_error *err) {
    const struct cg_ledger *helped = ahead->ledger;
    int64_t last_run = 0;
    enum cg_status status = cg_ledger_open_to_read(helped->path, out, err);
    if (status == CG_OK) {
        status = cg_ledger_exec(*out, "PRAGMA cache_size = -512; BEGIN", "opening", err);
    }
    if (status == CG_OK) {
        status = ask_last_run(*out, &last_run, err);
    }
    if (status == CG_OK && last_run != ahead->last_run) {
        return cg_error_set(err, CG_BUSY, "another run was kept meanwhile");
    }
    return status == CG_OK ? cg_ledger_recall_for(*out, helped->policy, helped->before_run, err)
                           : status;
}

static bool is_ready(struct cg_ledger_ahead *ahead, struct reader *reader) {
    struct cg_error ignored = CG_ERROR_INIT;
    if (reader->ledger == NULL && !reader->has_failed) {
        reader->has_failed = open_reader(ahead, &reader->ledger, &ignored) != CG_OK;
        if (!reader->has_failed) {
            load_shares(ahead, reader->ledger);
            reader->has_failed = !lend_shares(ahead, reader->ledger);
        }
    }
    return !reader->has_failed;
}

/* One that nobody has, or where there are more threads than readers, one to wait for. */
static struct reader *take_reader(struct cg_ledger_ahead *ahead, uint64_t sequence) {
    struct reader *reader = NULL;
    CG_ASSERT(ahead->reader_count > 0);
    for (uint64_t i = 0; i < ahead->reader_count; i++) {
        reader = &ahead->readers[(sequence + i) % ahead->reader_count];
        if (pthread_mutex_trylock(&reader->lock) == 0) {
            return reader;
        }
    }
    (void)pthread_mutex_lock(&reader->lock);
    return reader;
}

/* An order to go in, which need only be that of the tables for most. */
struct turn {
    uint64_t key;
    struct cg_waiting_member *member;
};

static int compare_turns(const void *a, const void *b) {
    const struct turn *one = a;
    const struct turn *other = b;
    return (one->key > other->key) - (one->key < other->key);
}

static void order_by_id(const struct cg_waiting *waiting, struct turn *turns) {
    for (uint32_t i = 0; i < waiting->members.count; i++) {
        struct cg_waiting_member *member = cg_array_at(&waiting->members, i);
        const struct cg_text id = cg_key_text(&member->id);
        uint64_t head = 0;
        memcpy(&head, id.ptr, id.len < sizeof head ? id.len : sizeof head);
        turns[i] = (struct turn){__builtin_bswap64(head), member};
    }
    qsort(turns, waiting->members.count, sizeof *turns, compare_turns);
}

static bool look_up(struct cg_ledger *ledger, struct turn *turns, uint32_t count) {
    struct cg_error ignored = CG_ERROR_INIT;
    for (uint32_t i = 0; i < count; i++) {
        struct cg_waiting_member *member = turns[i].member;
        if (cg_ledger_find_member(ledger, cg_key_text(&member->id), &member->member_no, &ignored) !=
            CG_OK) {
            return false;
        }
        member->is_known = true;
        turns[i].key = (uint64_t)member->member_no;
    }
    qsort(turns, count, sizeof *turns, compare_turns);
    return true;
}

static bool read_lines(struct cg_ledger *ledger, struct cg_waiting *waiting,
                       struct cg_waiting_member *member) {
    struct cg_error ignored = CG_ERROR_INIT;
    const struct cg_array *lines = &ledger->recall->outliner.lines;
    bool cannot;
    if (cg_recall_outlines(ledger, member->member_no, &cannot, &ignored) != CG_OK) {
        return false;
    }
    member->first = (uint32_t)waiting->outlines.len_bytes;
    member->lines = lines->count;
    member->has_lines = !cannot && cg_buffer_append(&waiting->outlines, lines->items,
                                                    lines->count * sizeof(struct cg_outline));
    return true;
}

static void read_all(struct cg_ledger_ahead *ahead, struct cg_ledger *ledger,
                     struct cg_waiting *waiting, struct turn *turns) {
    const uint32_t count = waiting->members.count;
    bool good = cg_buffer_reserve(&waiting->outlines,
                                  (size_t)count * LINES_USUAL * sizeof(struct cg_outline));
    order_by_id(waiting, turns);
    if (!look_up(ledger, turns, count)) {
        return;
    }
    for (uint32_t i = 0; good && i < count && atomic_load(&ahead->bytes) < outlines_max_bytes;
         i++) {
        struct cg_waiting_member *member = turns[i].member;
        const size_t before = waiting->outlines.len_bytes;
        good = !member->is_decided || member->member_no == 0 || read_lines(ledger, waiting, member);
        atomic_fetch_add(&ahead->bytes, waiting->outlines.len_bytes - before);
    }
}

void cg_ledger_ahead_read(struct cg_ledger_ahead *ahead, const struct cg_batch *batch) {
    struct cg_waiting *waiting = take_waiting(ahead);
    ahead->batches[batch->sequence % ahead->depth] = waiting;
    if (waiting == NULL || !cg_waiting_collect(waiting, batch) ||
        waiting->members.count < MEMBERS_MIN) {
        forget(ahead, batch->sequence);
        return;
    }
    struct turn *turns = calloc(waiting->members.count, sizeof *turns);
    struct reader *reader = take_reader(ahead, batch->sequence);
    if (turns != NULL && is_ready(ahead, reader)) {
        read_all(ahead, reader->ledger, waiting, turns);
    }
    (void)pthread_mutex_unlock(&reader->lock);
    free(turns);
}

/* --- deciding --- */

void cg_ledger_ahead_begin(struct cg_ledger_ahead *ahead, const struct cg_batch *batch) {
    (void)lend_shares(ahead, ahead->ledger);
    ahead->at_hand = ahead->batches[batch->sequence % ahead->depth];
}

void cg_ledger_ahead_end(struct cg_ledger_ahead *ahead, const struct cg_batch *batch) {
    ahead->at_hand = NULL;
    forget(ahead, batch->sequence);
}

static const struct cg_waiting_member *find_at_hand(const struct cg_ledger_ahead *ahead,
                                                    struct cg_text member_id) {
    if (ahead == NULL || ahead->at_hand == NULL) {
        return NULL;
    }
    const struct cg_key key = cg_key_of(member_id);
    return cg_waiting_find(ahead->at_hand, &key);
}

bool cg_ahead_number(const struct cg_ledger_ahead *ahead, struct cg_text member_id,
                     int64_t *member_no) {
    const struct cg_waiting_member *member = find_at_hand(ahead, member_id);
    if (member == NULL || !member->is_known) {
        return false;
    }
    *member_no = member->member_no;
    return true;
}

bool cg_ahead_outlines(const struct cg_ledger_ahead *ahead, struct cg_text member_id,
                       const struct cg_outline **outlines, uint32_t *count) {
    const struct cg_waiting_member *member = find_at_hand(ahead, member_id);
    if (member == NULL || !member->has_lines) {
        return false;
    }
    *count = member->lines;
    *outlines = (const void *)(ahead->at_hand->outlines.data + member->first);
    return true;
}
