// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver is taken off its device at random moments, while somebody captures,
 * and put back: each fence says whether there is a picture, and answers for as
 * long as somebody holds it.
 *
 * WRITEBACK_LONG=1 runs the long version, WRITEBACK_SEED=N repeats the moments of
 * another run.
 */

#include <fcntl.h>

#include "kselftest_harness.h"
#include "binding.h"
#include "capturer.h"
#include "fence.h"
#include "held.h"
#include "storm.h"

/* With a job in flight; not each time is there one. */
#define HIT 10
#define HIT_LONG 1000
#define ROUNDS_PER_HIT 5

enum {
	MAY_BE_CUT = 1 << GOOD | 1 << CANCELLED | 1 << TIMED_OUT | 1 << STUCK |
		     1 << GONE
};

struct unbinding {
	struct storm storm;
	struct held held;
	struct binding binding;
	unsigned int hit, kept;
};

FIXTURE(unbind) {
	struct unbinding unbinding;
};

FIXTURE_SETUP(unbind)
{
	struct unbinding *unbinding = &self->unbinding;
	struct storm *storm = &unbinding->storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
	ret = binding_find(&unbinding->binding, &storm->screen.card);
	held_init(&unbinding->held, storm->screen.card.driver);
	storm_close(storm);
	if (ret == -ENODEV)
		SKIP(return, "the device has no driver to be taken off");
	ASSERT_EQ(0, ret);
	buffers_outlive_card();
}

FIXTURE_TEARDOWN(unbind)
{
	struct unbinding *unbinding = &self->unbinding;
	const char *fault = held_release(&unbinding->held);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	if (!unbinding->binding.bound)
		EXPECT_EQ(0, binding_restore(&unbinding->binding));
	ASSERT_EQ(0, storm_reopen(&unbinding->storm));
	fault = storm_settle(&unbinding->storm);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(&unbinding->storm);
	TH_LOG("%s; %u fences held", tally_text(&unbinding->storm.tally),
	       unbinding->kept);
}

/* What a model's engine does when its driver goes. */
static void trouble(struct storm *storm)
{
	static const char *const knobs[] = { "delay", "late_irq", "freeze" };
	unsigned int i = chance_below(&storm->chance, 8);

	if (storm->model.path[0] && i < ARRAY_SIZE(knobs))
		model_set(&storm->model, knobs[i], 1);
}

/* A fence that may be pending, -1 when the thread is between two. */
static int take_one(struct capturer *capturer, struct chance *chance)
{
	unsigned int i = chance_below(chance, CAPTURER_SHOTS);
	int fence = capturer->shots[i].fence;

	if (!shot_is_in_flight(&capturer->shots[i]))
		return -1;
	return fcntl(fence, F_DUPFD_CLOEXEC, 0);
}

static void keep(struct __test_metadata *_metadata,
		 struct unbinding *unbinding, int fence)
{
	const char *fault;

	if (fence < 0)
		return;
	EXPECT_EQ(0, fence_wait(fence, PATIENCE_MS));
	unbinding->kept++;
	fault = held_keep(&unbinding->held, fence);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
}

static void unbind(struct __test_metadata *_metadata,
		   struct unbinding *unbinding)
{
	struct storm *storm = &unbinding->storm;
	struct capturer capturer;
	const char *fault;
	int fence;

	ASSERT_EQ(0, storm_reopen(storm));
	ASSERT_EQ(0, capturer_start(&capturer, &storm->screen, MAY_BE_CUT,
				    ENODEV, 0));
	trouble(storm);
	chance_sleep(&storm->chance, 3 * storm_moment_us(storm));
	unbinding->hit += capturer_in_flight(&capturer) > 0;
	fence = take_one(&capturer, &storm->chance);
	EXPECT_EQ(0, binding_release(&unbinding->binding));
	fault = capturer_stop(&capturer);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	keep(_metadata, unbinding, fence);
	tally_add(&storm->tally, &capturer.tally);
	capturer_fini(&capturer);
	/* The old card's node may go only when its client has gone. */
	storm_close(storm);
	ASSERT_EQ(0, binding_restore(&unbinding->binding));
}

TEST_F_TIMEOUT(unbind, against_captures, 3600)
{
	unsigned int wanted = rounds_wanted(HIT, HIT_LONG), rounds = 0;
	struct unbinding *unbinding = &self->unbinding;

	while (unbinding->hit < wanted && __test_passed(_metadata)) {
		ASSERT_GT(wanted * ROUNDS_PER_HIT, rounds++)
			TH_LOG("only %u times with a job in flight",
			       unbinding->hit);
		unbind(_metadata, unbinding);
	}
	TH_LOG("taken off %u times, %u of them with a job in flight", rounds,
	       unbinding->hit);
}

TEST_HARNESS_MAIN
