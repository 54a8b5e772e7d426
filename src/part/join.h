/*
 * Join: the pieces that all tasks have written of one output, put into the folder that is
 * published.
 *
 * As one file the pieces follow one another: an input's blocks do not depend on its neighbours, so
 * that what comes out is what a run without parts writes.
 *
 * Failure    CG_BAD_DATA where a piece is not the one that was written.
 */
#ifndef CLAIMGATE_PART_JOIN_H
#define CLAIMGATE_PART_JOIN_H

#include "piece.h"
#include "plan.h"

#include "claimgate/io/sink.h"
#include "claimgate/report/run_facts.h"

enum { CG_JOIN_NAME_BYTES = 64 };

/* An output, and its piece of each task. */
struct cg_join {
    const char *file;              /* as tasks call it; NULL: none has written it */
    struct cg_piece_facts *pieces; /* one a task */
    bool *is_there;
    struct cg_output_facts *written; /* of pieces: what they are in the folder; one a task */
    char (*names)[CG_JOIN_NAME_BYTES];
};

/* Which output a piece of this name is, and the name; false: none of ours. */
cg_must_use bool cg_join_find(const char *file, enum cg_output_kind *out, const char **name);

/* Where a join goes. */
struct cg_join_target {
    const struct cg_part *part;
    int dir_fd;
    gid_t group;
    bool one_file;
    bool read_back;
};

/* A file in the folder, or in one of its folders. */
cg_must_use enum cg_status cg_join_create(const struct cg_join_target *target, const char *name,
                                          struct cg_sink **out, struct cg_error *err);

/* All pieces of it, and its facts. In a folder of pieces each has its task's number for a name, and
 * `file` of the facts is that folder; else the file. */
cg_must_use enum cg_status cg_join_write(const struct cg_join_target *target,
                                         const struct cg_join *join, struct cg_output_facts *facts,
                                         struct cg_error *err);

#endif
