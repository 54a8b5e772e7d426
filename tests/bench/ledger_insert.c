/*
 * The yardstick for what a ledger may cost: a bare loop that inserts the rows of an existing
 * ledger, held in memory in key order, into a new file with the same tables and indices in one
 * transaction (WAL, synchronous FULL).
 *
 *     ledger_insert LEDGER NEW_FILE
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char *const tables[] = {"member", "decided_line", "take_back", "past", "claim_block"};
enum { TABLES = sizeof tables / sizeof tables[0], COLUMNS_MAX = 32 };

struct value {
    int type;
    sqlite3_int64 integer;
    char *bytes;
    int len;
};

struct table {
    struct value *values;
    size_t rows;
    int columns;
};

static void check(int ok, sqlite3 *db, const char *what) {
    if (!ok) {
        fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
        exit(1);
    }
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void load(sqlite3 *db, const char *name, struct table *out) {
    char sql[128];
    sqlite3_stmt *statement;
    size_t capacity = 0;
    snprintf(sql, sizeof sql, "SELECT * FROM %s", name);
    check(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, db, name);
    out->columns = sqlite3_column_count(statement);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (out->rows == capacity) {
            capacity = capacity == 0 ? 1024 : 2 * capacity;
            out->values =
                realloc(out->values, capacity * (size_t)out->columns * sizeof out->values[0]);
        }
        struct value *row = out->values + out->rows++ * (size_t)out->columns;
        for (int i = 0; i < out->columns; i++) {
            row[i] = (struct value){.type = sqlite3_column_type(statement, i),
                                    .integer = sqlite3_column_int64(statement, i)};
            if (row[i].type == SQLITE_TEXT || row[i].type == SQLITE_BLOB) {
                row[i].len = sqlite3_column_bytes(statement, i);
                row[i].bytes = malloc((size_t)row[i].len + 1);
                memcpy(row[i].bytes, sqlite3_column_blob(statement, i), (size_t)row[i].len);
            }
        }
    }
    sqlite3_finalize(statement);
}

static void copy_schema(sqlite3 *from, sqlite3 *to) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", -1,
                             &statement, NULL) == SQLITE_OK,
          from, "schema");
    while (sqlite3_step(statement) == SQLITE_ROW) {
        check(sqlite3_exec(to, (const char *)sqlite3_column_text(statement, 0), NULL, NULL, NULL) ==
                  SQLITE_OK,
              to, "schema");
    }
    sqlite3_finalize(statement);
}

static void insert(sqlite3 *db, const char *name, const struct table *table) {
    char sql[256];
    sqlite3_stmt *statement;
    size_t len = (size_t)snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", name);
    for (int i = 1; i < table->columns; i++) {
        len += (size_t)snprintf(sql + len, sizeof sql - len, ",?");
    }
    snprintf(sql + len, sizeof sql - len, ")");
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK,
          db, name);
    for (size_t r = 0; r < table->rows; r++) {
        const struct value *row = table->values + r * (size_t)table->columns;
        for (int i = 0; i < table->columns; i++) {
            switch (row[i].type) {
            case SQLITE_INTEGER:
                sqlite3_bind_int64(statement, i + 1, row[i].integer);
                break;
            case SQLITE_TEXT:
                sqlite3_bind_text(statement, i + 1, row[i].bytes, row[i].len, SQLITE_STATIC);
                break;
            case SQLITE_BLOB:
                sqlite3_bind_blob(statement, i + 1, row[i].bytes, row[i].len, SQLITE_STATIC);
                break;
            default:
                sqlite3_bind_null(statement, i + 1);
                break;
            }
        }
        check(sqlite3_step(statement) == SQLITE_DONE, db, name);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

int main(int argc, char **argv) {
    sqlite3 *from;
    sqlite3 *to;
    struct table loaded[TABLES] = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: ledger_insert LEDGER NEW_FILE\n");
        return 64;
    }
    check(sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, from, argv[1]);
    for (size_t i = 0; i < TABLES; i++) {
        load(from, tables[i], &loaded[i]);
    }
    const double wall = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    check(sqlite3_open_v2(argv[2], &to,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          NULL) == SQLITE_OK,
          to, argv[2]);
    check(sqlite3_exec(to,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = "
                       "-65536; BEGIN IMMEDIATE",
                       NULL, NULL, NULL) == SQLITE_OK,
          to, argv[2]);
    copy_schema(from, to);
    for (size_t i = 0; i < TABLES; i++) {
        insert(to, tables[i], &loaded[i]);
    }
    check(sqlite3_exec(to, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, to, "commit");
    sqlite3_close(to);
    printf("%zu lines: wall %.2f s, processor %.2f s\n", loaded[1].rows,
           seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    sqlite3_close(from);
    return 0;
}
