// SPDX-License-Identifier: GPL-2.0-only
/*
 * An engine that answers around the moment when its deadline passes: a fence says
 * one thing or the other, and the next job is another one.
 *
 * WRITEBACK_LONG=1 runs the long version, WRITEBACK_SEED=N repeats the moments of
 * another run.
 */

#include "kselftest_harness.h"
#include "storm.h"

/* Each takes all of the deadline. */
#define ROUNDS 3
#define ROUNDS_LONG 300

#define DEADLINE_MS 1000

/* The answer comes so many frames before the deadline, or after. */
#define MARGIN 4

enum { MAY_BE_LATE = 1 << GOOD | 1 << TIMED_OUT };

FIXTURE(late) {
	struct storm storm;
	struct shot shot;
};

FIXTURE_SETUP(late)
{
	struct storm *storm = &self->storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	if (!storm->model.path[0]) {
		storm_close(storm);
		SKIP(return, "the card is no model of a Mali display processor");
	}
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
	ASSERT_EQ(0, shots_create(&storm->screen, &self->shot, 1));
}

FIXTURE_TEARDOWN(late)
{
	struct storm *storm = &self->storm;
	const char *fault;

	model_behave(&storm->model);
	EXPECT_EQ(0, screen_on(&storm->screen));
	shots_destroy(&self->shot, 1);
	fault = storm_settle(storm);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(storm);
	TH_LOG("%s", tally_text(&storm->tally));
}

/* In frames, and a random part of one. */
static void set_delay(struct __test_metadata *_metadata, struct storm *storm)
{
	unsigned int frames = DEADLINE_MS * 1000 /
			      mode_frame_us(&storm->screen.mode);

	frames += chance_below(&storm->chance, 2 * MARGIN + 1) - MARGIN;
	ASSERT_EQ(0, model_set(&storm->model, "delay", frames));
	ASSERT_EQ(0, model_set(&storm->model, "late_irq", 1));
}

TEST_F_TIMEOUT(late, answers_at_the_deadline, 900)
{
	unsigned int i, rounds = rounds_wanted(ROUNDS, ROUNDS_LONG);
	struct storm *storm = &self->storm;

	for (i = 0; i < rounds && __test_passed(_metadata); i++) {
		const char *fault;

		set_delay(_metadata, storm);
		ASSERT_EQ(0, shot_fire(&storm->screen, &self->shot, i));
		fault = shot_land(&self->shot, &storm->tally, MAY_BE_LATE);
		EXPECT_EQ(NULL, fault)
			TH_LOG("%s", fault);
		ASSERT_EQ(0, model_behave(&storm->model));
		fault = storm_check(&storm->screen);
		EXPECT_EQ(NULL, fault)
			TH_LOG("the next one: %s", fault);
	}
}

TEST_HARNESS_MAIN
