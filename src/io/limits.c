#include "claimgate/io/limits.h"

static struct cg_limits limits = CG_LIMITS_DEFAULT;

void cg_limits_set(struct cg_limits wanted) {
    limits = wanted;
}

enum cg_status cg_limits_check(const char *name, uint64_t content_bytes, uint64_t packed_bytes,
                               struct cg_error *err) {
    if (limits.max_bytes != 0 && content_bytes > limits.max_bytes) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: holds more than the %llu bytes that --max-input-bytes allows; if "
                            "the file is good, raise the limit",
                            name, (unsigned long long)limits.max_bytes);
    }
    if (limits.max_ratio != 0 && packed_bytes != 0 && content_bytes > CG_RATIO_FROM_BYTES &&
        content_bytes / packed_bytes >= limits.max_ratio) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: %llu compressed bytes have become %llu, more than %llu for one: "
                            "no claim file is like that; if this one is good, raise --max-ratio "
                            "(0: any)",
                            name, (unsigned long long)packed_bytes,
                            (unsigned long long)content_bytes,
                            (unsigned long long)limits.max_ratio);
    }
    return CG_OK;
}
