// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two clients with one writeback connector: mastership goes from hand to hand, or
 * one lends it to the other and takes it back, while pictures are being written.
 *
 * WRITEBACK_LONG=1 runs the long version, WRITEBACK_SEED=N repeats the moments of
 * another run.
 */

#include <fcntl.h>

#include "kselftest_harness.h"
#include "capturer.h"
#include "storm.h"

#define HANDOVERS 20
#define HANDOVERS_LONG 2000

#define LEASES 15
#define LEASES_LONG 1500

enum { MAY_BE_CUT = 1 << GOOD | 1 << CANCELLED };

/* A second screen on the same card, with a file of its own. */
struct two {
	struct storm storm;
	struct screen second;
	unsigned int in_flight, refused;
};

FIXTURE(master) {
	struct two two;
};

/* Who opens a card without a master becomes that. */
static int open_second(struct two *two)
{
	struct model model;
	int ret;

	if (drmDropMaster(two->storm.screen.card.fd))
		return -errno;
	ret = screen_open(&two->second, NULL);
	if (ret)
		return ret;
	ret = storm_prepare(&two->second, &model);
	if (!ret)
		ret = screen_on(&two->second);
	if (!ret && drmDropMaster(two->second.card.fd))
		ret = -errno;
	if (!ret && drmSetMaster(two->storm.screen.card.fd))
		ret = -errno;
	return ret;
}

FIXTURE_SETUP(master)
{
	struct storm *storm = &self->two.storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
	self->two.second.card.fd = -1;
}

FIXTURE_TEARDOWN(master)
{
	struct storm *storm = &self->two.storm;
	const char *fault = storm_settle(storm);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(storm);
	TH_LOG("%s; %u in flight when they changed hands; %u commits refused",
	       tally_text(&storm->tally), self->two.in_flight,
	       self->two.refused);
}

/* Is master for a while, and leaves pictures to the next. */
static void reign(struct __test_metadata *_metadata, struct two *two,
		  struct screen *screen, struct capturer *capturer)
{
	struct chance *chance = &two->storm.chance;

	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
	ASSERT_EQ(0, screen_on(screen));
	chance_sleep(chance, 2 * storm_moment_us(&two->storm));
	two->in_flight += capturer_in_flight(capturer);
	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
	if (chance_below(chance, 2))
		chance_sleep(chance, storm_moment_us(&two->storm));
}

static void finish(struct __test_metadata *_metadata, struct two *two,
		   struct capturer *capturer)
{
	const char *fault = capturer_stop(capturer);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	tally_add(&two->storm.tally, &capturer->tally);
	two->refused += capturer->refused;
}

/* Both try to capture all the time. */
TEST_F_TIMEOUT(master, handed_over, 3600)
{
	unsigned int i, rounds = rounds_wanted(HANDOVERS, HANDOVERS_LONG);
	struct two *two = &self->two;
	struct screen *screens[] = { &two->storm.screen, &two->second };
	struct capturer capturers[2];

	ASSERT_EQ(0, open_second(two));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, capturer_start(&capturers[i], screens[i],
					    MAY_BE_CUT, EACCES, 0));
	ASSERT_EQ(0, drmDropMaster(screens[0]->card.fd));
	for (i = 0; i < rounds && !capturer_failed(&capturers[0]) &&
	     !capturer_failed(&capturers[1]); i++)
		reign(_metadata, two, screens[i % 2], &capturers[i % 2]);
	TH_LOG("handed over %u times", i);
	for (i = 0; i < 2; i++)
		finish(_metadata, two, &capturers[i]);
	ASSERT_EQ(0, drmSetMaster(screens[0]->card.fd));
	ASSERT_EQ(0, screen_on(screens[0]));
	for (i = 0; i < 2; i++)
		capturer_fini(&capturers[i]);
	screen_close(&two->second);
}

/* The lessee is a client with a file of its own, and the lessor's mode. */
static int lend(struct two *two, uint32_t *lessee)
{
	const struct screen *lessor = &two->storm.screen;
	const uint32_t objects[] = {
		lessor->pipe.connector.id, lessor->pipe.crtc.id,
		lessor->pipe.plane.id,
	};
	int fd = drmModeCreateLease(lessor->card.fd, objects, 3, O_CLOEXEC,
				    lessee);

	if (fd < 0)
		return fd;
	two->second = *lessor;
	memset(two->second.buffers, 0, sizeof(two->second.buffers));
	two->second.drawn = NULL;
	two->second.card.fd = fd;
	return drmSetClientCap(fd, DRM_CLIENT_CAP_ATOMIC, 1) ?:
	       drmSetClientCap(fd, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
}

/* Taken back while the lessee captures, and used at once by the lessor. */
static void lend_once(struct __test_metadata *_metadata, struct two *two)
{
	struct storm *storm = &two->storm;
	struct capturer capturer;
	const char *fault;
	uint32_t lessee;

	ASSERT_EQ(0, lend(two, &lessee));
	/* The CRTC that a plane shall be on is refused in a way of its own. */
	ASSERT_EQ(0, capturer_start(&capturer, &two->second, MAY_BE_CUT,
				    ENOENT, EACCES));
	chance_sleep(&storm->chance, 2 * storm_moment_us(storm));
	two->in_flight += capturer_in_flight(&capturer);
	ASSERT_EQ(0, drmModeRevokeLease(storm->screen.card.fd, lessee));
	if (chance_below(&storm->chance, 2))
		ASSERT_EQ(0, screen_off(&storm->screen));
	ASSERT_EQ(0, screen_on(&storm->screen));
	fault = storm_check(&storm->screen);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	finish(_metadata, two, &capturer);
	capturer_fini(&capturer);
	close(two->second.card.fd);
}

TEST_F_TIMEOUT(master, lent_and_revoked, 3600)
{
	unsigned int i, rounds = rounds_wanted(LEASES, LEASES_LONG);

	for (i = 0; i < rounds && __test_passed(_metadata); i++)
		lend_once(_metadata, &self->two);
	TH_LOG("revoked %u leases", i);
}

TEST_HARNESS_MAIN
