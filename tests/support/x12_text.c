#include "x12_text.h"

#include "claimgate/x12/cut.h"
#include "x12/walk.h"

#include <stdio.h>
#include <stdlib.h>

static void require(bool holds) {
    if (!holds) {
        abort(); /* out of memory, or a text beyond its limit */
    }
}

static void put_text(struct cg_buffer *out, struct cg_text text) {
    require(cg_buffer_append(out, text.ptr, text.len));
}

static const char isa[] = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
                          "*250120*1253*^*00501*000000905*0*P*:~\n";

void x12_put(struct cg_buffer *out, const char *const segments[]) {
    unsigned count = 5;
    require(cg_buffer_append_text(out, isa));
    require(cg_buffer_append_text(out, "GS*HC*SENDER*RECEIVER*20250120*1253*7*X*005010X222A1~\n"
                                       "ST*837*0021*005010X222A1~\n"
                                       "BHT*0019*00*REF1*20250120*1253*CH~\n"
                                       "NM1*41*2*SENDER INC*****46*SEND1~\n"
                                       "NM1*40*2*STATE MEDICAID*****46*PAYER1~\n"));
    for (size_t i = 0; segments[i] != NULL; i++) {
        require(cg_buffer_printf(out, "%s~\n", segments[i]));
        count++;
    }
    require(cg_buffer_printf(out, "SE*%u*0021~\nGE*1*7~\nIEA*1*000000905~\n", count));
}

/* --- wrappings --- */

static char other_separator(char byte) {
    return (char)(byte == '*' ? '|' : byte == ':' ? '>' : byte == '~' ? '!' : byte);
}

static void put_wrapped(struct cg_buffer *out, char byte, enum x12_wrapping wrapping,
                        size_t *column) {
    if (byte == '\n') {
        return;
    }
    if (wrapping == X12_OTHER_SEPARATORS) {
        byte = other_separator(byte);
    }
    if (wrapping == X12_80_COLUMNS && *column == 80) {
        require(cg_buffer_append(out, "\n", 1));
        *column = 0;
    }
    require(cg_buffer_append(out, &byte, 1));
    (*column)++;
    if (byte == '~' && wrapping == X12_CRLF) {
        require(cg_buffer_append_text(out, "\r\n"));
    } else if (byte == '~' && wrapping == X12_INDENTED) {
        require(cg_buffer_append_text(out, " \n   "));
    } else if (byte == '~' && wrapping == X12_WITH_BOM) {
        require(cg_buffer_append_text(out, "\n"));
    }
}

void x12_wrap(struct cg_buffer *out, const struct cg_buffer *text, enum x12_wrapping wrapping) {
    size_t column = 0;
    cg_buffer_clear(out);
    if (wrapping == X12_WITH_BOM) {
        require(cg_buffer_append_text(out, "\xef\xbb\xbf"));
    }
    for (size_t i = 0; i < text->len_bytes; i++) {
        put_wrapped(out, text->data[i], wrapping, &column);
    }
}

/* --- reading --- */

struct transcript {
    struct cg_buffer *out;
    struct cg_x12_options options;
    struct cg_x12_cut *cut;
    struct cg_batch *batch;
    uint64_t first_segment;
};

static void put_line(struct transcript *t, const struct cg_x12_walk *walk,
                     const struct cg_x12_node *node, uint32_t line_no) {
    const struct cg_x12_line *line = cg_array_at(&t->batch->x12->lines, line_no);
    require(cg_buffer_printf(
        t->out, "%llu fault %d",
        (unsigned long long)(t->first_segment + node->segment_delta + line->segment_delta),
        (int)walk->fault));
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        if (line->values[field].len > 0) {
            require(cg_buffer_printf(t->out, " %s=", cg_field_name((enum cg_field)field)));
            put_text(t->out, line->values[field]);
        }
    }
    require(cg_buffer_append_text(t->out, " st="));
    put_text(t->out, line->transaction);
    require(cg_buffer_append_text(t->out, " 6r="));
    put_text(t->out, line->line_control);
    require(cg_buffer_append_text(t->out, " charge="));
    put_text(t->out, line->charge);
    require(cg_buffer_append_text(t->out, "\n"));
}

static void put_batch(struct transcript *t) {
    struct cg_x12_batch *x12 = t->batch->x12;
    struct cg_x12_walk walk;
    size_t bytes = 0;
    cg_x12_walk_start(&walk, &t->options, t->batch);
    for (uint32_t i = 0; i < x12->nodes.count; i++) {
        const struct cg_x12_node *node = cg_x12_node_at(x12, i);
        const uint32_t first = x12->lines.count;
        require(i < x12->carried || node->bytes.ptr == t->batch->text.ptr + bytes);
        bytes += i < x12->carried ? 0 : node->bytes.len;
        require(cg_x12_walk_node(&walk, node));
        for (uint32_t k = first; k < x12->lines.count; k++) {
            put_line(t, &walk, node, k);
        }
    }
    require(bytes == t->batch->text.len);
    t->first_segment += t->batch->physical_lines;
}

static void transcribe(struct transcript *t, const struct cg_buffer *text, size_t payload) {
    struct cg_error err = CG_ERROR_INIT;
    size_t at = 0;
    do {
        const size_t rest = text->len_bytes - at;
        const size_t most = payload != 0 ? payload : CG_BATCH_BYTES;
        const size_t taken = rest < most ? rest : most;
        cg_batch_reset(t->batch);
        memcpy(t->batch->payload, text->data + at, taken);
        t->batch->payload_bytes = taken;
        at += taken;
        t->batch->ends_source = at == text->len_bytes;
        if (cg_x12_cut(t->cut, t->batch, &err) != CG_OK) {
            require(cg_buffer_printf(t->out, "refused: %s\n", err.text));
            return;
        }
        put_batch(t);
    } while (!t->batch->ends_source);
    const struct cg_x12_facts *facts = cg_x12_cut_facts(t->cut);
    require(facts->segments + 1 == t->first_segment);
    require(cg_buffer_printf(t->out, "segments %llu faults %llu\n",
                             (unsigned long long)facts->segments,
                             (unsigned long long)facts->envelope_faults));
}

void x12_transcribe(struct cg_buffer *out, const struct cg_buffer *text,
                    struct x12_reading reading) {
    struct transcript t = {.out = out,
                           .options = {.lenient_envelope = reading.lenient,
                                       .joins_dependents = reading.joins_dependents,
                                       .received_unknown = reading.received_unknown},
                           .cut = cg_x12_cut_new(reading.lenient),
                           .batch = cg_batch_new(),
                           .first_segment = 1};
    cg_buffer_clear(out);
    require(t.cut != NULL && t.batch != NULL);
    transcribe(&t, text, reading.payload);
    require(cg_buffer_append(out, "", 1)); /* read as a string too */
    cg_batch_free(t.batch);
    cg_x12_cut_free(t.cut);
}
