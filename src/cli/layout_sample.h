/*
 * Printing what a layout makes of the head of a claim file, for people and as JSON.
 */
#ifndef CLAIMGATE_CLI_LAYOUT_SAMPLE_H
#define CLAIMGATE_CLI_LAYOUT_SAMPLE_H

#include "claimgate/base/buffer.h"
#include "claimgate/record/sample.h"

#include <stdbool.h>

struct cg_layout_sample {
    const char *file; /* as named on the command line */
    const char *layout;
    const struct cg_sample *sample;
    bool show_ids; /* else claim and member ids are masked */
};

/* False: no memory. */
cg_must_use bool cg_layout_sample_text(struct cg_buffer *out, const struct cg_layout_sample *shown);
cg_must_use bool cg_layout_sample_json(struct cg_buffer *out, const struct cg_layout_sample *shown);

#endif
