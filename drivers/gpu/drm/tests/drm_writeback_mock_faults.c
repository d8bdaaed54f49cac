// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations that fail, one at a time
 */

#include <linux/kconfig.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/* What is swept makes a few, and not so many. */
#define SWEEP_MIN	3
#define SWEEP_MAX	200

#if IS_ENABLED(CONFIG_FAILSLAB)
/* From now on, the nth allocation of this task fails, if it can. */
void mock_fail_allocation(unsigned int nth)
{
	current->fail_nth = nth;
}

/* Has it been reached? No other one fails from now on. */
bool mock_has_failed(void)
{
	bool failed = !current->fail_nth;

	current->fail_nth = 0;

	return failed;
}
#else
void mock_fail_allocation(unsigned int nth)
{
}

bool mock_has_failed(void)
{
	return false;
}
#endif

static void require_failing_allocations(struct kunit *test)
{
	void *ptr;

	mock_fail_allocation(1);
	ptr = kmalloc(8, GFP_KERNEL);
	mock_has_failed();
	kfree(ptr);
	if (ptr)
		kunit_skip(test, "needs CONFIG_FAILSLAB, and N in failslab/ignore-gfp-wait");
}

/*
 * Calls @try with 1, 2 and so on until it returns false: it fails the nth
 * allocation of something, and tells whether there was one.
 */
void mock_sweep(struct kunit *test,
		bool (*try)(struct kunit *test, unsigned int nth))
{
	unsigned int nth = 1;

	require_failing_allocations(test);
	while (nth <= SWEEP_MAX && try(test, nth))
		nth++;

	kunit_info(test, "swept %u allocations\n", nth - 1);
	KUNIT_EXPECT_GE(test, nth - 1, SWEEP_MIN);
	KUNIT_EXPECT_LT(test, nth - 1, SWEEP_MAX);
}
