#include "claimgate/io/foreign.h"

#include <criterion/criterion.h>
#include <string.h>

#define BYTES(text) (text), sizeof(text) - 1

static const char ISA[] = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *";

static const struct {
    const char *bytes;
    size_t len;
    const char *what;
    const char *mend;
} FOREIGN[] = {
    {BYTES("PK\x03\x04\x14\0\0\0\0\0\0\0\0\0claims.csv"), "a Zip archive", "unzip -p"},
    {BYTES("PK\x03\x04\x14\0\0\0\0\0\0\0\0\0[Content_Types].xml"), "workbook (xlsx)", "CSV UTF-8"},
    {BYTES("PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "(ods)",
     "CSV UTF-8"},
    {BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "(xls)", "CSV UTF-8"},
    {BYTES("\xfd"
           "7zXZ\0\0"),
     "xz data", "xz -dc"},
    {BYTES("\x28\xb5\x2f\xfd\x04"), "zstd data", "zstd -dc"},
    {BYTES("BZh91AY&SY\x01"), "bzip2 data", "bzip2 -dc"},
    {BYTES("\x1f\x9d\x90"), "compress data (Z)", "zcat"},
    {BYTES("7z\xbc\xaf\x27\x1c"), "a 7z archive", "7z x"},
    {BYTES("\xff\xfe\x63\0\x6c\0"), "UTF-16", "iconv -f UTF-16 "},
    {BYTES("\xfe\xff\0\x63\0\x6c"), "UTF-16", "iconv -f UTF-16 "},
    {BYTES("c\0l\0a\0i\0m\0_\0i\0d\0,\0"), "UTF-16", "iconv -f UTF-16LE"},
    {BYTES("\0c\0l\0a\0i\0m\0_\0i\0d\0,"), "UTF-16", "iconv -f UTF-16BE"},
    {BYTES("\x83\x93\x81\x89\x94\x6d\x89\x84\x6b\x83\x93\x81\x89\x94\x6d\x93\x89\x95\x85\x6d\x95"
           "\xa4\x94\x82\x85\x99\x6b\x94\x85\x94\x82\x85\x99\x6d\x89\x84\x25"),
     "EBCDIC", "iconv -f IBM037"},
    {BYTES("[{\"claim_id\": 1}]"), "JSON", "jq"},
    {BYTES("\xef\xbb\xbf \n{ \"claims\": []}"), "JSON", "jq"},
    {BYTES("\n<!DOCTYPE html>"), "a web page", "fetch"},
    {BYTES("<HTML><head>"), "a web page", "fetch"},
    {BYTES("<?xml version=\"1.0\"?>"), "XML", "CSV"},
    {BYTES("%PDF-1.7"), "PDF", "CSV"},
    {ISA, sizeof ISA - 1, "X12", "CSV"},
    {BYTES("PAR1\x15\x04"), "Parquet", "duckdb"},
    {BYTES("SQLite format 3\0\x10"), "SQLite", "sqlite3"},
    {BYTES("\0\0\0\0\0\0\0\0"), "NUL bytes", "fetch it again"},
    {BYTES("\x1f\x8b\x08"), "gzip data again", "zcat"},
};

Test(foreign, what_is_no_csv_is_named_with_the_step_that_mends_it) {
    for (size_t i = 0; i < sizeof FOREIGN / sizeof FOREIGN[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_expect_eq(
            cg_foreign_refuse("in.csv", CG_WRAPPED_PLAIN, FOREIGN[i].bytes, FOREIGN[i].len, &err),
            CG_BAD_DATA, "%s", FOREIGN[i].what);
        cr_expect_not_null(strstr(err.text, FOREIGN[i].what), "%s", err.text);
        cr_expect_not_null(strstr(err.text, FOREIGN[i].mend), "%s", err.text);
        cr_expect_eq(strncmp(err.text, "in.csv: is ", 11), 0, "%s", err.text);
    }
}

Test(foreign, behind_gzip_it_is_named_too) {
    struct cg_error err = CG_ERROR_INIT;
    cr_expect_eq(cg_foreign_refuse("in.gz", CG_WRAPPED_GZIP, BYTES("PK\x03\x04"), &err),
                 CG_BAD_DATA);
    cr_expect_not_null(strstr(err.text, "is gzip of a Zip archive"), "%s", err.text);
    cr_expect_not_null(strstr(err.text, "after gunzip"), "%s", err.text);
}

Test(foreign, what_may_be_a_csv_file_passes) {
    static const struct {
        const char *bytes;
        size_t len;
    } csv[] = {
        {BYTES("")},
        {BYTES("c")},
        {BYTES("\xef\xbb\xbf"
               "claim_id,member_id\n")},
        {BYTES("\n\nclaim_id|member_id\n")},
        {BYTES("[claim_id],[member_id]\n")},
        {BYTES("{claim},member\n")},
        {BYTES("PK,id\n")},
        {BYTES("ISA_ID,b\n")},
        {BYTES("ISA,ab,c,d,e,f,g,h,i\n")},
        {BYTES("PAR1,PAR2\n")},
        {BYTES("BZh9,x\n")},
        {BYTES("<name>,x\n")},
        {BYTES("\"\",\"b\"\n")},
        {BYTES("\xc3\xa9\xc3\xa8,\xc3\xbc\xc3\xb6\xc3\xa4\xc3\x9f,\xc3\xa9\xc3\xa8\xc3\xa9\xc3\xa8"
               ",\xc3\xa9\xc3\xa8\n")},
        {BYTES("\0")},
    };
    for (size_t i = 0; i < sizeof csv / sizeof csv[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_expect_eq(cg_foreign_refuse("in", CG_WRAPPED_PLAIN, csv[i].bytes, csv[i].len, &err),
                     CG_OK, "%zu: %s", i, err.text);
    }
}

/* Every beginning of a claim file, for it may come in pieces. */
Test(foreign, no_beginning_of_a_claim_file_is_taken_for_another) {
    static const char text[] = "claim_id,claim_line_number,member_id,hcpcs_code\nA1,1,M1,H0038\n";
    for (size_t len = 0; len < sizeof text; len++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_expect_eq(cg_foreign_refuse("in", CG_WRAPPED_PLAIN, text, len, &err), CG_OK, "%s",
                     err.text);
    }
}
