#include "file_system.h"

#include "claimgate/base/log.h"

#include <stddef.h>
#include <sys/vfs.h>

const char *cg_ledger_unsafe_file_system(uint32_t magic) {
    /* linux/magic.h and statfs(2); not all of them have names in headers that are there. */
    static const struct {
        uint32_t magic;
        const char *name;
    } unsafe[] = {
        {0x6969, "NFS"},      {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB2"}, {0x517B, "SMB"},
        {0x65735546, "FUSE"}, {0x01021997, "9P"},   {0x5346414F, "AFS"},  {0x6B414653, "AFS"},
        {0x73757245, "Coda"}, {0x564C, "NCP"},
    };
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++) {
        if (unsafe[i].magic == magic) {
            return unsafe[i].name;
        }
    }
    return NULL;
}

void cg_ledger_warn_of_file_system(const char *dir, const char *path) {
    struct statfs facts;
    const char *name =
        statfs(dir, &facts) == 0 ? cg_ledger_unsafe_file_system((uint32_t)facts.f_type) : NULL;
    if (name != NULL) {
        cg_log_warning("%s: is on %s, where locks may not hold: two runs at once could damage it; "
                       "keep the ledger on a disk of the machine that runs claimgate",
                       path, name);
    }
}
