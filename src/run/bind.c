#include "bind.h"

#include "claimgate/base/problems.h"

enum cg_status cg_bind_header(const char *name, bool multiline, struct cg_text header,
                              struct cg_layout **layout, struct cg_binding *binding,
                              struct cg_error *err) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    enum cg_status status =
        cg_layout_load(name != NULL ? name : cg_layout_detect(header), layout, &problems, err);
    cg_problems_fini(&problems);
    return status == CG_OK ? cg_layout_bind(*layout, header, multiline, binding, err) : status;
}
