#include "claimgate/io/owner.h"

#include <criterion/criterion.h>
#include <fcntl.h>

Test(lock_holder, a_lock_that_is_gone_is_nobody_s) {
    char told[CG_HOLDER_BYTES];
    cr_expect_str_eq(cg_owner_of_lock(AT_FDCWD, "no-such-lock", told), "which has ended by now");
}
