/*
 * The yardstick for what a ledger may cost: a bare loop that inserts the rows of an existing
 * ledger, held in memory in key order, into a new file with the same tables and indices in one
 * transaction (WAL, synchronous FULL).
 *
 *     ledger_insert LEDGER NEW_FILE
 *
 * And for what a night may cost: given the ledger that holds one night alone, look up its members
 * and what they have had in a large ledger, read and left there, and append the night's rows to it.
 * Nothing is decided, packed, hashed or moved. It leaves the large ledger unusable.
 *
 *     ledger_insert NIGHT LEDGER night
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const struct {
    const char *name;
    int key; /* column of its key, which goes on behind the rows that are there; -1: no night's */
} tables[] = {{"member", -1},     {"decided_line", 0}, {"take_back", 10}, {"past", -1},
              {"claim_block", 0}, {"rejection", 0},    {"rendered", 0}};
enum {
    TABLES = sizeof tables / sizeof tables[0],
    MEMBERS = 0,
    LINES = 1,
    PAST = 3,
    RECENT_BYTES = 16 << 10,
};

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

/* `key`: the column whose values are raised by `above`; -1: none. */
static void insert(sqlite3 *db, const char *name, const struct table *table, int key,
                   sqlite3_int64 above) {
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
                sqlite3_bind_int64(statement, i + 1, row[i].integer + (i == key ? above : 0));
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

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK,
          db, sql);
    return statement;
}

static void run(sqlite3 *db, const char *sql) {
    check(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, db, sql);
}

static sqlite3_int64 highest(sqlite3 *db, const char *name) {
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT max(rowid) FROM %s", name);
    sqlite3_stmt *statement = prepare(db, sql);
    const sqlite3_int64 value =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

/* Two point reads a member, in the order in which the night has met them. */
static void read_members(sqlite3 *db, const struct table *members) {
    sqlite3_stmt *find = prepare(db, "SELECT member_no FROM member WHERE member_id = ?1");
    sqlite3_stmt *past = prepare(db, "SELECT packed FROM past WHERE past_no = ?1 * 4096");
    size_t known = 0;
    size_t bytes = 0;
    for (size_t r = 0; r < members->rows; r++) {
        const struct value *id = members->values + r * (size_t)members->columns + 2;
        sqlite3_bind_text(find, 1, id->bytes, id->len, SQLITE_STATIC);
        if (sqlite3_step(find) == SQLITE_ROW) {
            known++;
            sqlite3_bind_int64(past, 1, sqlite3_column_int64(find, 0));
            if (sqlite3_step(past) == SQLITE_ROW) {
                bytes += (size_t)sqlite3_column_bytes(past, 0);
            }
            sqlite3_reset(past);
        }
        sqlite3_reset(find);
    }
    sqlite3_finalize(find);
    sqlite3_finalize(past);
    printf("%zu members, %zu known, %.1f MB of what they had\n", members->rows, known,
           (double)bytes / 1e6);
}

/* As many bytes as the night has packed, in blocks. */
static void add_recent(sqlite3 *db, const struct table *past) {
    size_t bytes = 0;
    for (size_t r = 0; r < past->rows; r++) {
        bytes += (size_t)past->values[r * (size_t)past->columns + 2].len;
    }
    char sql[128];
    snprintf(sql, sizeof sql, "INSERT INTO recent VALUES (NULL, 1, 1, 1, randomblob(%d))",
             RECENT_BYTES);
    sqlite3_stmt *statement = prepare(db, sql);
    for (size_t at = 0; at < bytes; at += RECENT_BYTES) {
        check(sqlite3_step(statement) == SQLITE_DONE, db, sql);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

static void night(sqlite3 *db, const struct table *loaded) {
    const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
    run(db, "BEGIN");
    read_members(db, &loaded[MEMBERS]);
    run(db, "COMMIT");
    const double read = seconds(CLOCK_PROCESS_CPUTIME_ID);
    run(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < TABLES; i++) {
        if (tables[i].key >= 0) {
            insert(db, tables[i].name, &loaded[i], tables[i].key, highest(db, tables[i].name));
        }
    }
    add_recent(db, &loaded[PAST]);
    run(db, "COMMIT");
    printf("processor: read %.2f s, written %.2f s\n", read - before,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - read);
}

static void first_load(sqlite3 *from, sqlite3 *to, const struct table *loaded) {
    run(to, "BEGIN IMMEDIATE");
    copy_schema(from, to);
    for (size_t i = 0; i < TABLES; i++) {
        insert(to, tables[i].name, &loaded[i], -1, 0);
    }
    run(to, "COMMIT");
}

int main(int argc, char **argv) {
    sqlite3 *from;
    sqlite3 *to;
    struct table loaded[TABLES] = {0};
    const int is_night = argc == 4 && strcmp(argv[3], "night") == 0;
    if (argc != 3 && !is_night) {
        fprintf(stderr, "usage: ledger_insert LEDGER NEW_FILE | NIGHT LEDGER night\n");
        return 64;
    }
    check(sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, from, argv[1]);
    for (size_t i = 0; i < TABLES; i++) {
        load(from, tables[i].name, &loaded[i]);
    }
    const double wall = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    check(sqlite3_open_v2(argv[2], &to,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          NULL) == SQLITE_OK,
          to, argv[2]);
    run(to, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
            "PRAGMA cache_size = -65536");
    if (is_night) {
        night(to, loaded);
    } else {
        first_load(from, to, loaded);
    }
    sqlite3_close(to);
    printf("%zu lines: wall %.2f s, processor %.2f s\n", loaded[LINES].rows,
           seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    sqlite3_close(from);
    return 0;
}
