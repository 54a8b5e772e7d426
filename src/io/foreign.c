#include "claimgate/io/foreign.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/*
 * What a payer's people put where a claim file belongs, by mistake or by a sender's habit. A sign
 * must be one that no CSV file can begin with: what is in doubt passes, and the header tells.
 */

struct bytes {
    const uint8_t *at;
    size_t len;
};

struct signature {
    const char *what; /* "is ..." */
    const char *mend;
    const char *magic; /* NULL: `looks` alone tells */
    size_t magic_bytes;
    size_t offset; /* of the magic */
    bool (*looks)(struct bytes bytes);
};

enum {
    DECIDES_BYTES = 512, /* so much is enough to tell one kind of text from another */
    NAMES_BYTES = 65536, /* of a Zip archive: how far names of its files are looked for */
};

static bool holds(struct bytes bytes, size_t offset, const char *magic, size_t magic_bytes) {
    return bytes.len >= offset + magic_bytes && memcmp(bytes.at + offset, magic, magic_bytes) == 0;
}

static struct bytes first(struct bytes bytes, size_t most_bytes) {
    return (struct bytes){bytes.at, bytes.len < most_bytes ? bytes.len : most_bytes};
}

/* Behind a byte order mark and blanks. */
static struct bytes text_of(struct bytes bytes) {
    static const char blanks[] = {' ', '\t', '\r', '\n'};
    const size_t mark_bytes = holds(bytes, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
    bytes = (struct bytes){bytes.at + mark_bytes, bytes.len - mark_bytes};
    while (bytes.len > 0 && memchr(blanks, bytes.at[0], sizeof blanks) != NULL) {
        bytes = (struct bytes){bytes.at + 1, bytes.len - 1};
    }
    return bytes;
}

static bool begins_with(struct bytes text, const char *word) {
    const size_t len = strlen(word);
    return text.len >= len && strncasecmp((const char *)text.at, word, len) == 0;
}

static bool names(struct bytes archive, const char *name) {
    archive = first(archive, NAMES_BYTES);
    return memmem(archive.at, archive.len, name, strlen(name)) != NULL;
}

static bool is_workbook(struct bytes bytes) {
    return names(bytes, "xl/") || names(bytes, "[Content_Types].xml");
}

static bool is_open_document(struct bytes bytes) {
    return names(bytes, "opendocument");
}

/* Text of which every second byte is zero, from `zero_at` on. */
static bool has_zeros_at(struct bytes bytes, size_t zero_at) {
    enum { ENOUGH_BYTES = 16 };
    bytes = first(bytes, DECIDES_BYTES);
    size_t i = 0;
    while (i < bytes.len && (bytes.at[i] == 0) == (i % 2 == zero_at)) {
        i++;
    }
    return i >= ENOUGH_BYTES && i == bytes.len;
}

static bool is_utf16_little(struct bytes bytes) {
    return has_zeros_at(bytes, 1);
}

static bool is_utf16_big(struct bytes bytes) {
    return has_zeros_at(bytes, 0);
}

static bool is_all_zeros(struct bytes bytes) {
    bytes = first(bytes, DECIDES_BYTES);
    size_t i = 0;
    while (i < bytes.len && bytes.at[i] == 0) {
        i++;
    }
    return i >= 4 && i == bytes.len;
}

/* No letter of ASCII, and nearly everything a letter, digit or mark of code page 037. Or the first
 * letters of X12. */
static bool is_ebcdic(struct bytes bytes) {
    enum { ENOUGH_BYTES = 32 };
    size_t known = 0;
    static const uint8_t others[] = {0x40, 0x6b, 0x6d, 0x4f, 0x15, 0x25, 0x0d, 0x60, 0x4b, 0x61};
    if (holds(bytes, 0, "\xc9\xe2\xc1", 3)) {
        return true;
    }
    bytes = first(bytes, DECIDES_BYTES);
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t low = bytes.at[i] & 0x0f;
        const uint8_t high = bytes.at[i] & 0xf0;
        const bool is_letter = high >= 0x80 && high != 0xb0 && high <= 0xe0 && low <= 9;
        const bool is_digit = high == 0xf0 && low <= 9;
        known += is_letter || is_digit || memchr(others, bytes.at[i], sizeof others) != NULL;
    }
    const bool has_comma = bytes.len > 0 && memchr(bytes.at, 0x6b, bytes.len) != NULL;
    return bytes.len >= ENOUGH_BYTES && has_comma && known * 20 >= bytes.len * 19;
}

/* A bracket alone does not tell: some exports put their columns' names in them. */
static bool is_json(struct bytes bytes) {
    const struct bytes text = text_of(bytes);
    if (text.len < 2 || (text.at[0] != '{' && text.at[0] != '[')) {
        return false;
    }
    const struct bytes inner = text_of((struct bytes){text.at + 1, text.len - 1});
    const char *may_follow = text.at[0] == '{' ? "\"}" : "{[\"]";
    return inner.len > 0 && strchr(may_follow, inner.at[0]) != NULL && inner.at[0] != '\0';
}

static bool is_web_page(struct bytes bytes) {
    const struct bytes text = text_of(bytes);
    static const char *const starts[] = {"<!doctype", "<html",  "<head",   "<body", "<table",
                                         "<meta",     "<style", "<script", "<!--"};
    bool found = false;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        found = found || begins_with(text, starts[i]);
    }
    return found;
}

static bool is_xml(struct bytes bytes) {
    return begins_with(text_of(bytes), "<?xml");
}

/* The first segment has elements of fixed length, so that its separator stands at known places. */
static bool is_x12(struct bytes bytes) {
    const struct bytes text = text_of(bytes);
    if (!holds(text, 0, "ISA", 3) || text.len < 18) {
        return false;
    }
    const uint8_t separator = text.at[3];
    return separator != ' ' && separator == text.at[6] && separator == text.at[17];
}

static bool is_hl7(struct bytes bytes) {
    return begins_with(text_of(bytes), "MSH|^~\\&");
}

static bool is_pgp(struct bytes bytes) {
    return holds(bytes, 0, "\x85", 1) && bytes.len > 3 && bytes.at[3] == 3;
}

#define MAGIC(text) (text), sizeof(text) - 1

#define EXPORT "open it in the program that made it and export CSV in UTF-8"
#define UNPACK "unpack it: "
#define SHEET  "save the sheet as CSV UTF-8, its id columns as text, so that no digit is lost"

/* The first row that fits names the input. */
static const struct signature signatures[] = {
    {"gzip data again", UNPACK "zcat FILE", MAGIC("\x1f\x8b"), 0, NULL},
    {"an Excel workbook (xlsx)", SHEET, MAGIC("PK\x03\x04"), 0, is_workbook},
    {"an OpenDocument file (ods)", SHEET, MAGIC("PK\x03\x04"), 0, is_open_document},
    {"a Zip archive", UNPACK "unzip -p FILE", MAGIC("PK\x03\x04"), 0, NULL},
    {"an empty Zip archive", "ask the sender for the claims", MAGIC("PK\x05\x06"), 0, NULL},
    {"a part of a split Zip archive", UNPACK "7z x FILE", MAGIC("PK\x07\x08"), 0, NULL},
    {"an old Office document (xls)", SHEET, MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, NULL},
    {"xz data", UNPACK "xz -dc FILE",
     MAGIC("\xfd"
           "7zXZ\0"),
     0, NULL},
    {"zstd data", UNPACK "zstd -dc FILE", MAGIC("\x28\xb5\x2f\xfd"), 0, NULL},
    {"bzip2 data", UNPACK "bzip2 -dc FILE", MAGIC("1AY&SY"), 4, NULL},
    {"bzip2 data of nothing", UNPACK "bzip2 -dc FILE", MAGIC("\x17\x72\x45\x38\x50\x90"), 4, NULL},
    {"compress data (Z)", UNPACK "zcat FILE", MAGIC("\x1f\x9d"), 0, NULL},
    {"lz4 data", UNPACK "lz4 -dc FILE", MAGIC("\x04\x22\x4d\x18"), 0, NULL},
    {"lzip data", UNPACK "lzip -dc FILE", MAGIC("LZIP\x01"), 0, NULL},
    {"a 7z archive", UNPACK "7z x FILE", MAGIC("7z\xbc\xaf\x27\x1c"), 0, NULL},
    {"a RAR archive", UNPACK "unrar x FILE", MAGIC("Rar!\x1a\x07"), 0, NULL},
    {"a tar archive", UNPACK "tar -xf FILE", MAGIC("ustar"), 257, NULL},
    {"an encrypted PGP message", "decrypt it first: gpg -d FILE", MAGIC("-----BEGIN PGP "), 0,
     NULL},
    {"an encrypted PGP message", "decrypt it first: gpg -d FILE", NULL, 0, 0, is_pgp},
    {"UTF-32 text", "turn it into UTF-8: iconv -f UTF-32 -t UTF-8 FILE", MAGIC("\xff\xfe\0\0"), 0,
     NULL},
    {"UTF-16 text", "turn it into UTF-8: iconv -f UTF-16 -t UTF-8 FILE", MAGIC("\xff\xfe"), 0,
     NULL},
    {"UTF-16 text", "turn it into UTF-8: iconv -f UTF-16 -t UTF-8 FILE", MAGIC("\xfe\xff"), 0,
     NULL},
    {"UTF-16 text without a byte order mark", "turn it into UTF-8: iconv -f UTF-16LE -t UTF-8 FILE",
     NULL, 0, 0, is_utf16_little},
    {"UTF-16 text without a byte order mark", "turn it into UTF-8: iconv -f UTF-16BE -t UTF-8 FILE",
     NULL, 0, 0, is_utf16_big},
    {"EBCDIC text of a mainframe", "turn it into UTF-8: iconv -f IBM037 -t UTF-8 FILE", NULL, 0, 0,
     is_ebcdic},
    {"nothing but NUL bytes, as an unfinished transfer leaves", "fetch it again", NULL, 0, 0,
     is_all_zeros},
    {"a Parquet file", "export it: duckdb -c \"COPY 'FILE' TO 'claims.csv'\"", MAGIC("PAR1\x15"), 0,
     NULL},
    {"an SQLite database", "export it: sqlite3 -header -csv FILE 'SELECT * FROM ...'",
     MAGIC("SQLite format 3\0"), 0, NULL},
    {"an Avro file", EXPORT, MAGIC("Obj\x01"), 0, NULL},
    {"an ORC file", EXPORT, MAGIC("ORC\x08"), 0, NULL},
    {"an Arrow file", EXPORT, MAGIC("ARROW1\0\0"), 0, NULL},
    {"an HDF5 file", EXPORT, MAGIC("\x89HDF\r\n\x1a\n"), 0, NULL},
    {"a SAS data set", EXPORT, MAGIC("\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14\x11\xcf"), 0,
     NULL},
    {"a SAS transport file", EXPORT, MAGIC("HEADER RECORD*******"), 0, NULL},
    {"a Stata data set", EXPORT, MAGIC("<stata_dta>"), 0, NULL},
    {"an SPSS data set", EXPORT, MAGIC("$FL2@(#)"), 0, NULL},
    {"a PDF document", "ask the sender for the data as CSV", MAGIC("%PDF-"), 0, NULL},
    {"a picture", "ask the sender for the data as CSV", MAGIC("\x89PNG\r\n"), 0, NULL},
    {"an X12 interchange",
     "give it to validate or check, which read professional claims (837P) in it; `claimgate "
     "layout check x12-837p --sample FILE` shows what they read",
     NULL, 0, 0, is_x12},
    {"an HL7 message", "ask the sender for one CSV row for each service line", NULL, 0, 0, is_hl7},
    {"a web page", "it is likely to be a log-in or error page: fetch the file again", NULL, 0, 0,
     is_web_page},
    {"an XML document", EXPORT, NULL, 0, 0, is_xml},
    {"a JSON document", "turn its objects into rows, such as by jq -r '.[] | [...] | @csv'", NULL,
     0, 0, is_json},
};

static bool fits(const struct signature *signature, struct bytes bytes) {
    return (signature->magic == NULL ||
            holds(bytes, signature->offset, signature->magic, signature->magic_bytes)) &&
           (signature->looks == NULL || signature->looks(bytes));
}

bool cg_foreign_is_x12(const void *bytes, size_t len_bytes) {
    return is_x12((struct bytes){bytes, len_bytes});
}

enum cg_status cg_foreign_refuse(const char *name, enum cg_wrapping wrapping, const void *bytes,
                                 size_t len_bytes, struct cg_error *err) {
    const struct bytes all = {bytes, len_bytes};
    const bool is_gzip = wrapping == CG_WRAPPED_GZIP;
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        if (fits(&signatures[i], all)) {
            return cg_error_set(err, CG_BAD_DATA, "%s: is %s%s, not CSV; %s%s", name,
                                is_gzip ? "gzip of " : "", signatures[i].what,
                                is_gzip ? "after gunzip, " : "", signatures[i].mend);
        }
    }
    return CG_OK;
}
