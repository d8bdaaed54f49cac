// SPDX-License-Identifier: GPL-2.0-only
/*
 * A display that is switched off and on, in all ways, while somebody captures it:
 * each fence says whether there is a picture.
 *
 * WRITEBACK_LONG=1 runs the long version, WRITEBACK_SEED=N repeats the moments of
 * another run.
 */

#include "kselftest_harness.h"
#include "capturer.h"
#include "storm.h"
#include "suspend.h"

/* Jobs that are in flight when the display goes. */
#define HIT 50
#define HIT_LONG 10000

/* Not each time is there one. */
#define ROUNDS_PER_HIT 20

/* How long it takes until there is one, in general. */
#define JOB_MS 20

#define NAPS 5
#define NAPS_LONG 500

enum { MAY_BE_CUT = 1 << GOOD | 1 << CANCELLED };

struct switching {
	struct storm storm;
	struct capturer capturer;
	drmModeModeInfo modes[2];
	unsigned int hit;
};

FIXTURE(off) {
	struct switching switching;
};

FIXTURE_SETUP(off)
{
	struct switching *switching = &self->switching;
	struct storm *storm = &switching->storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
	switching->modes[0] = storm->screen.mode;
	switching->modes[1] = storm->screen.mode;
	switching->modes[1].clock = storm->screen.mode.clock * 3 / 4;
	ASSERT_EQ(0, capturer_start(&switching->capturer, &storm->screen,
				    MAY_BE_CUT, EINVAL, 0));
}

static void settle(struct __test_metadata *_metadata,
		   struct switching *switching)
{
	const char *fault = capturer_stop(&switching->capturer);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	switching->storm.screen.mode = switching->modes[0];
	EXPECT_EQ(0, screen_on(&switching->storm.screen));
	capturer_fini(&switching->capturer);
	fault = storm_settle(&switching->storm);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	TH_LOG("%s; %u in flight when it went; %u commits refused",
	       tally_text(&switching->capturer.tally), switching->hit,
	       switching->capturer.refused);
}

FIXTURE_TEARDOWN(off)
{
	settle(_metadata, &self->switching);
	storm_close(&self->switching.storm);
}

static int sleep_and_wake(struct switching *switching, bool off)
{
	return screen_set_active(&switching->storm.screen, !off);
}

static int dismantle(struct switching *switching, bool off)
{
	struct screen *screen = &switching->storm.screen;

	return off ? screen_off(screen) : screen_on(screen);
}

static int set_dpms(struct switching *switching, bool off)
{
	const struct screen *screen = &switching->storm.screen;
	uint32_t connector = screen->pipe.connector.id;
	uint32_t id = card_property(&screen->card, connector,
				    DRM_MODE_OBJECT_CONNECTOR, "DPMS", NULL);

	return drmModeConnectorSetProperty(screen->card.fd, connector, id,
					   off ? DRM_MODE_DPMS_OFF :
						 DRM_MODE_DPMS_ON);
}

/* Off for as long as the kernel takes. */
static int change_mode(struct switching *switching, bool off)
{
	struct screen *screen = &switching->storm.screen;

	screen->mode = switching->modes[off];
	return screen_on(screen);
}

static int (*const ways[])(struct switching *switching, bool off) = {
	sleep_and_wake, dismantle, set_dpms, change_mode,
};

/* So that most times there is a job to be hit; not all. */
static void wait_for_job(const struct switching *switching)
{
	unsigned int ms;

	for (ms = 0; ms < JOB_MS; ms++) {
		if (capturer_in_flight(&switching->capturer))
			return;
		sleep_ms(1);
	}
}

/* Off at a random moment, in a random way, and on again. */
static void blink(struct __test_metadata *_metadata,
		  struct switching *switching)
{
	struct storm *storm = &switching->storm;
	unsigned int way = chance_below(&storm->chance, ARRAY_SIZE(ways));

	wait_for_job(switching);
	chance_sleep(&storm->chance, storm_moment_us(storm) / 3);
	switching->hit += capturer_in_flight(&switching->capturer);
	ASSERT_EQ(0, ways[way](switching, true))
		TH_LOG("off, way %u", way);
	chance_sleep(&storm->chance, storm_moment_us(storm) / 4);
	ASSERT_EQ(0, ways[way](switching, false))
		TH_LOG("on, way %u", way);
}

TEST_F_TIMEOUT(off, and_on_against_captures, 5400)
{
	unsigned int wanted = rounds_wanted(HIT, HIT_LONG), rounds = 0;
	struct switching *switching = &self->switching;

	while (switching->hit < wanted &&
	       !capturer_failed(&switching->capturer)) {
		ASSERT_GT(wanted * ROUNDS_PER_HIT, rounds++)
			TH_LOG("only %u jobs were in flight", switching->hit);
		blink(_metadata, switching);
	}
	TH_LOG("off and on %u times", rounds);
}

TEST_F_TIMEOUT(off, in_suspend_and_on_against_captures, 5400)
{
	unsigned int i, naps = rounds_wanted(NAPS, NAPS_LONG);
	struct switching *switching = &self->switching;
	struct storm *storm = &switching->storm;

	for (i = 0; i < naps && !capturer_failed(&switching->capturer); i++) {
		int ret;

		chance_sleep(&storm->chance, 5 * storm_moment_us(storm));
		switching->hit += capturer_in_flight(&switching->capturer);
		ret = system_nap();
		if (ret == -ENOENT)
			SKIP(return, "no SUSPEND and PM_DEBUG, or files that do not survive it");
		ASSERT_EQ(0, ret);
	}
	TH_LOG("suspended %u times", i);
}

TEST_HARNESS_MAIN
