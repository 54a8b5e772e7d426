#include "x12_options.h"

#include "claimgate/report/ack277.h"

#include <string.h>

static enum cg_status check_word(const char *option, const char *given, const char *word,
                                 struct cg_error *err) {
    return given == NULL || strcmp(given, word) == 0
               ? CG_OK
               : cg_error_set(err, CG_USAGE,
                              "--%s takes \"%s\" and nothing else; leave it out "
                              "otherwise",
                              option, word);
}

enum cg_status cg_x12_options_of(const struct cg_x12_arguments *arguments,
                                 struct cg_x12_options *out, struct cg_error *err) {
    *out = (struct cg_x12_options){
        .lenient_envelope = arguments->lenient_envelope,
        .joins_dependents = arguments->dependents != NULL,
        .received_unknown = arguments->received != NULL,
        .other_numbers = arguments->same_number != NULL,
        .decides_lines = arguments->lines,
    };
    if (check_word("dependents", arguments->dependents, "joined", err) != CG_OK ||
        check_word("received", arguments->received, "unknown", err) != CG_OK) {
        return err->status;
    }
    return check_word("same-control-number", arguments->same_number, "off", err);
}

enum cg_status cg_x12_load_codes(const struct cg_x12_arguments *arguments,
                                 struct cg_ack_codes **out, struct cg_error *err) {
    *out = NULL;
    if (!arguments->ack) {
        return arguments->payer_id == NULL && arguments->reasons == NULL
                   ? CG_OK
                   : cg_error_set(err, CG_USAGE,
                                  "--payer-id and --reasons say what stands in a 277CA; give --ack "
                                  "too");
    }
    if (arguments->lines) {
        return cg_error_set(err, CG_USAGE,
                            "--lines writes no X12, and so no 277CA; leave --ack out");
    }
    if (arguments->payer_id != NULL && !cg_ack277_is_payer_id(arguments->payer_id)) {
        return cg_error_set(err, CG_USAGE,
                            "--payer-id takes a kind of id (46, FI, PI or XV), a colon and the id, "
                            "for instance XV:12345");
    }
    return cg_ack_codes_load(arguments->reasons, out, err);
}
