#include "damage.h"

#include "generate/random.h"

#include <string.h>

static const char *const base[DAMAGE_LINES] = {
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,hcpcs_code,"
    "hcpcs_modifier_1,service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id,"
    "received_date,note",
    "CLAIM-AAAA-01,1,MEMBER-AAAA-01,2025-01-06,,H0038,HE,4,1000000004,,,2025-01-20,",
    "\"CLAIM-BBBB-02\",\"1\",\"MEMBER-BBBB-02\",\"2025-01-06\",\"\",\"h0038\",\"HE\",\"2.0\","
    "\"1000000004\",\"\",\"\",\"2025-01-20\",\"a \"\"note\"\", of two\"",
    "CLAIM-CCCC-03,1,MEMBER-CCCC-03,2025-01-06,,99213,,1,1000000046,,,2025-01-20,passes",
    "CLAIM-DDDD-04,1,MEMBER-DDDD-04,2025-01-07,,H0038,HE,7,1000000004,,,2025-01-20,over",
    "CLAIM-EEEE-05,1,MEMBER-EEEE-05,2025-01-07,,H0038,HE,3,1000000012,,,2025-01-20,",
    "CLAIM-FFFF-06,1,MEMBER-FFFF-06,2024-12-30,,H0038,HE,3,1000000012,,,2025-01-20,",
    "CLAIM-GGGG-07,1,MEMBER-GGGG-07,2025-01-07,,H0038,HE,3,1000000020,,,2025-01-20,=1+1",
    "CLAIM-HHHH-08,1,MEMBER-HHHH-08,2025-01-07,,H0038,HE,3,1000000038,,,2025-01-20,",
    "CLAIM-IIII-09,1,MEMBER-IIII-09,2025-01-07,,H0038,HE,4.5,1234567890,,,2025-01-20,-2",
    "CLAIM-JJJJ-10,1,MEMBER-JJJJ-10,2025-01-08,2025-01-09,H0038,HE,4,1000000004,,,2025-01-20,",
    "CLAIM-KKKK-11,1,MEMBER-KKKK-11,2023-11-15,,H0038,HE,2,1000000004,,,2025-01-20,late",
    "CLAIM-LLLL-12,1,MEMBER-LLLL-12,2025-02-03,,H0038,HE,2,1000000004,,,2025-01-20,",
    "CLAIM-MMMM-13, 1 ,MEMBER-MMMM-13,2025-01-08, ,H0038 ,HE, 6 ,1000000004,,,2025-01-20,blanks",
    "CLAIM-NNNN-14,1,MEMBER-NNNN-14,2025-01-06,,H0038,HE,2,1000000004,8,CLAIM-ZZZZ-99,2025-01-20,",
    "CLAIM-OOOO-15,1,MEMBER-OOOO-15,2025-01-06,,H0038,HE,6,1000000004,7,CLAIM-YYYY-98,2025-01-20,",
    "CLAIM-PPPP-16,10000,MEMBER-PPPP-16,2025-01-06,,H0038,H#,0,,3,,2025-13-20,many",
    "CLAIM-QQQQ-17,1,MEMBER-QQQQ-17,2025-02-29,2025-03-01,H0038,HE,1,1000000004,,,,",
    "CLAIM-RRRR-18,1,MEMBER-RRRR-18,2025-01-06,,H0038,HE,1,1000000004,,,2025-01-20,caf\xc3\xa9",
    "CLAIM-SSSS-19,2,MEMBER-SSSS-19,2025-01-06,,H0038,HE,5,1000000004,,,2025-01-20,a\"b",
};

static void put(struct damaged_line *line, uint32_t at, const char *bytes, uint32_t len) {
    if (line->len + len <= DAMAGE_LINE_BYTES) {
        memmove(line->bytes + at + len, line->bytes + at, line->len - at);
        memcpy(line->bytes + at, bytes, len);
        line->len += len;
        line->intact = false;
    }
}

static void cut(struct damaged_line *line, uint32_t at, uint32_t len) {
    memmove(line->bytes + at, line->bytes + at + len, line->len - at - len);
    line->len -= len;
    line->intact = false;
}

static void put_something(struct damaged_line *line, struct cg_random *random) {
    static const struct {
        const char *bytes;
        uint32_t len;
    } things[] = {
        {"\"", 1},
        {"\"", 1},
        {"\"\"", 2},
        {",", 1},
        {",", 1},
        {"\n", 1},
        {"\r", 1},
        {"\r\n", 2},
        {"\n\n", 2},
        {"|", 1},
        {"\t", 1},
        {";", 1},
        {" ", 1},
        {" \"", 2},
        {"\" ", 2},
        {"\0", 1},
        {"\xff", 1},
        {"\xc3", 1},
        {"\xed\xa0\x80", 3},
        {"\xef\xbb\xbf", 3},
        {"=1+1", 4},
        {"=cmd|' /C calc'!A0", 18},
        {"+", 1},
        {"-", 1},
        {"@SUM(A1)", 8},
        {"'", 1},
        {"\x1b[31m", 5},
        {"\\", 1},
        {"\xc2\xa0", 2},
        {"\xe2\x80\xa8", 3},
        {"\x1a", 1},
        {"\x85", 1},
    };
    const uint32_t thing = cg_random_below(random, sizeof things / sizeof things[0]);
    put(line, cg_random_below(random, line->len + 1), things[thing].bytes, things[thing].len);
}

/* The place of a byte of this kind, from somewhere on; the line's end where there is none. */
static uint32_t find(const struct damaged_line *line, char byte, uint32_t from) {
    for (uint32_t i = 0; i < line->len; i++) {
        const uint32_t at = (from + i) % line->len;
        if (line->bytes[at] == byte) {
            return at;
        }
    }
    return line->len;
}

static void lose(struct damaged_line *line, char byte, struct cg_random *random) {
    const uint32_t at = line->len > 0 ? find(line, byte, cg_random_below(random, line->len)) : 0;
    if (at < line->len) {
        cut(line, at, 1);
    }
}

/* A field in quotes, opened or closed alone, or both. */
static void quote_a_field(struct damaged_line *line, struct cg_random *random) {
    const uint32_t start = line->len > 0 ? find(line, ',', cg_random_below(random, line->len)) : 0;
    const uint32_t which = cg_random_below(random, 3);
    if (start < line->len && which != 1) {
        put(line, start + 1, "\"", 1);
    }
    const uint32_t end = start + 1 < line->len ? find(line, ',', start + 2) : line->len;
    if (end > start && end < line->len && which != 0) {
        put(line, end, "\"", 1);
    }
}

static void change_line_end(struct damaged_file *file, uint32_t line, struct cg_random *random) {
    static const char *const ends[] = {"", "\n", "\r\n", "\r"};
    file->lines[line].end = ends[cg_random_below(random, 4)];
    if (file->lines[line].end[0] == '\0' && line + 1 < DAMAGE_LINES) {
        file->lines[line].intact = false;
        file->lines[line + 1].intact = false;
    }
}

static void damage_once(struct damaged_file *file, struct cg_random *random) {
    /* The header now and then: a file is refused for it, which says little of its lines. */
    const uint32_t at =
        cg_random_below(random, 32) == 0 ? 0 : 1 + cg_random_below(random, DAMAGE_LINES - 1);
    struct damaged_line *line = &file->lines[at];
    switch (cg_random_below(random, 8)) {
    case 0:
    case 1:
    case 2:
        put_something(line, random);
        break;
    case 3:
        lose(line, ',', random);
        break;
    case 4:
        lose(line, '"', random);
        break;
    case 5:
        quote_a_field(line, random);
        break;
    case 6:
        if (line->len > 0) {
            const uint32_t from = cg_random_below(random, line->len);
            cut(line, from, 1 + cg_random_below(random, line->len - from));
        }
        break;
    default:
        change_line_end(file, at, random);
    }
}

static void put_together(struct damaged_file *file) {
    file->len = 0;
    for (uint32_t i = 0; i < DAMAGE_LINES; i++) {
        const struct damaged_line *line = &file->lines[i];
        memcpy(file->bytes + file->len, line->bytes, line->len);
        file->len += line->len;
        const uint32_t end_len = (uint32_t)strlen(line->end);
        memcpy(file->bytes + file->len, line->end, end_len);
        file->len += end_len;
    }
}

static void begin(struct damaged_file *file, const char *end) {
    for (uint32_t i = 0; i < DAMAGE_LINES; i++) {
        struct damaged_line *line = &file->lines[i];
        line->len = (uint32_t)strlen(base[i]);
        memcpy(line->bytes, base[i], line->len);
        line->end = end;
        line->intact = true;
    }
}

void damage_none(struct damaged_file *out) {
    begin(out, "\n");
    put_together(out);
}

void damage_by_seed(struct damaged_file *out, uint64_t seed) {
    static const char *const ends[] = {"\n", "\n", "\r\n", "\r"};
    struct cg_random random = {cg_random_mix(seed)};
    begin(out, ends[cg_random_below(&random, 4)]);
    for (uint32_t times = 1 + cg_random_below(&random, 8); times > 0; times--) {
        damage_once(out, &random);
    }
    if (cg_random_below(&random, 8) == 0) {
        out->lines[DAMAGE_LINES - 1].end = "";
    }
    put_together(out);
    if (cg_random_below(&random, 16) == 0) { /* the transfer broke off */
        out->len = cg_random_below(&random, out->len + 1);
        uint32_t at = 0;
        for (uint32_t i = 0; i < DAMAGE_LINES; i++) {
            at += out->lines[i].len;
            out->lines[i].intact = out->lines[i].intact && at <= out->len;
            at += (uint32_t)strlen(out->lines[i].end);
        }
    }
}

struct cg_text damaged_text(const struct damaged_file *file) {
    return (struct cg_text){file->bytes, file->len};
}
