/*
 * File systems on which a ledger's locks do not hold.
 */
#ifndef CLAIMGATE_LEDGER_FILE_SYSTEM_H
#define CLAIMGATE_LEDGER_FILE_SYSTEM_H

#include <stdint.h>

/* What people call a file system of this magic number (statfs) whose locks depend on servers and on
 * other programs; NULL: its locks hold. */
const char *cg_ledger_unsafe_file_system(uint32_t magic);

/* Warn where the ledger's folder is on one. */
void cg_ledger_warn_of_file_system(const char *dir, const char *path);

#endif
