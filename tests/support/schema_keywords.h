/*
 * Keywords of a schema. One that the checker does not know would be a rule that nobody enforces, so
 * the schemas that are built in have none.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_SCHEMA_KEYWORDS_H
#define CLAIMGATE_TESTS_SUPPORT_SCHEMA_KEYWORDS_H

#include "claimgate/base/builtin.h"

/* A keyword of the schema that the checker does not know, or "pattern" for a pattern that is no
 * POSIX one; "" where there is none. */
const char *odd_schema_keyword(const struct cg_builtin *file);

#endif
