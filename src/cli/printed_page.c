#include "printed_page.h"

#include "standard_output.h"

enum cg_status cg_page_print_to(FILE *to, struct cg_page *page, enum cg_status status,
                                struct cg_error *err) {
    status = cg_page_close(page, status, err);
    if (status == CG_OK && to == stdout) {
        cg_standard_output_put(page->text.data, page->text.len_bytes);
    } else if (status == CG_OK) {
        fwrite(page->text.data, 1, page->text.len_bytes, to);
    }
    cg_page_fini(page);
    return status;
}

enum cg_status cg_page_print(struct cg_page *page, enum cg_status status, struct cg_error *err) {
    return cg_page_print_to(stdout, page, status, err);
}

enum cg_status cg_ledger_page_print(const char *path, bool json, cg_ledger_page_fn fn,
                                    struct cg_ledger_question *question, struct cg_error *err) {
    struct cg_ledger *ledger = NULL;
    struct cg_page page;
    if (cg_ledger_open_reader(path, &ledger, err) != CG_OK) {
        return err->status;
    }
    cg_page_open(&page, json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    const enum cg_status status = cg_page_print(&page, fn(&page, ledger, question, err), err);
    cg_ledger_close(ledger);
    return status;
}
