/*
 * Changed: whether an input is still the file that `part ask` has read.
 */
#ifndef CLAIMGATE_PART_CHANGED_H
#define CLAIMGATE_PART_CHANGED_H

#include "claimgate/base/error.h"
#include "claimgate/base/hash.h"
#include "claimgate/json/json.h"

#include <stdint.h>

/* `asked`: of the manifest of ask, what it tells of this input. CG_BAD_DATA where it has another
 * hash than is_now. */
cg_must_use enum cg_status cg_changed_compare(const char *path,
                                              const uint8_t is_now[CG_SHA256_BYTES],
                                              const struct cg_json *asked, struct cg_error *err);

/* After a step that went wrong in another way: where one of its inputs has changed, that is what to
 * tell, and takes the place of the error. Reads them through. */
void cg_changed_tell(const char *const *paths, uint32_t count, const struct cg_json *asked,
                     struct cg_error *err);

#endif
