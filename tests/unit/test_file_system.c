#include "ledger/file_system.h"

#include <criterion/criterion.h>
#include <stddef.h>

Test(file_system, those_whose_locks_do_not_hold_are_named) {
    cr_expect_str_eq(cg_ledger_unsafe_file_system(0x6969), "NFS");
    cr_expect_str_eq(cg_ledger_unsafe_file_system(0xFF534D42), "CIFS");
    cr_expect_str_eq(cg_ledger_unsafe_file_system(0xFE534D42), "SMB2");
    cr_expect_str_eq(cg_ledger_unsafe_file_system(0x65735546), "FUSE");
}

Test(file_system, those_of_a_machine_of_its_own_are_not) {
    static const uint32_t safe[] = {0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630};
    for (size_t i = 0; i < sizeof safe / sizeof safe[0]; i++) {
        cr_expect_null(cg_ledger_unsafe_file_system(safe[i]));
    }
}
