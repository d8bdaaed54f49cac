// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver is removed as soon as its client is gone, while pictures are being
 * written, and loaded again: their fences answer for as long as somebody holds
 * them, over many lives of the driver.
 *
 * For WRITEBACK_DRIVER and WRITEBACK_LOAD see modules.h. WRITEBACK_LONG=1 runs the
 * long version, WRITEBACK_SEED=N repeats the moments of another run.
 */

#include <signal.h>

#include "kselftest_harness.h"
#include "binding.h"
#include "client.h"
#include "fence.h"
#include "held.h"
#include "modules.h"
#include "storm.h"

#define ROUNDS 3
#define ROUNDS_LONG 1000

/* The picture is checked each so many rounds. */
#define CHECK 10

#define SHOTS 3

/* The client ends within so many microseconds, of the 33 ms of the last frame. */
#define MOMENTS_US 20000

enum { MAY_BE_CUT = 1 << GOOD | 1 << CANCELLED | 1 << GONE };

struct unloading {
	struct storm storm;
	struct held held;
	char module[64], card[64];
	unsigned int in_flight;
};

FIXTURE(unload) {
	struct unloading unloading;
};

FIXTURE_SETUP(unload)
{
	struct unloading *unloading = &self->unloading;
	struct storm *storm = &unloading->storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
	held_init(&unloading->held, storm->screen.card.driver);
	snprintf(unloading->card, sizeof(unloading->card), "%s",
		 storm->screen.card.path);
	module_of_driver(storm->screen.card.driver, unloading->module,
			 sizeof(unloading->module));
	storm_close(storm);
	if (!module_is_loaded(unloading->module))
		SKIP(return, "%s is not a module", unloading->module);
	if (module_load(unloading->module, ""))
		SKIP(return, "cannot load modules: set WRITEBACK_LOAD");
}

FIXTURE_TEARDOWN(unload)
{
	struct unloading *unloading = &self->unloading;
	const char *fault = held_release(&unloading->held);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	EXPECT_EQ(0, module_load(unloading->module, ""));
	ASSERT_EQ(0, card_wait(unloading->card));
	ASSERT_EQ(0, storm_reopen(&unloading->storm));
	fault = storm_settle(&unloading->storm);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(&unloading->storm);
	TH_LOG("%s; %u in flight when the client ended",
	       tally_text(&unloading->storm.tally), unloading->in_flight);
}

/* Starts some captures, sends the fences and waits to be killed. */
static int leave_pictures(int socket, void *unused)
{
	struct shot shots[SHOTS] = { };
	struct storm storm;
	unsigned int i;

	(void)unused;
	if (storm_reopen(&storm) || storm_slow_down(&storm) ||
	    shots_create(&storm.screen, shots, SHOTS))
		return 1;
	for (i = 0; i < SHOTS; i++)
		if (shot_fire(&storm.screen, &shots[i], i + 1) ||
		    socket_send_fd(socket, shots[i].fence))
			return 2;
	for (;;)
		pause();
}

static void check_fences(struct __test_metadata *_metadata,
			 struct unloading *unloading, const int *fences)
{
	unsigned int i;

	for (i = 0; i < SHOTS; i++) {
		int status = fence_result(dup(fences[i]), 0);
		const char *fault = held_keep(&unloading->held, fences[i]);

		EXPECT_EQ(NULL, fault)
			TH_LOG("%s", fault);
		EXPECT_TRUE(tally_status(&unloading->storm.tally, status,
					 MAY_BE_CUT))
			TH_LOG("status %d", status);
	}
}

/* A client is killed, and the driver removed at once. */
static void run_client(struct __test_metadata *_metadata,
		       struct unloading *unloading)
{
	struct storm *storm = &unloading->storm;
	struct client client;
	int fences[SHOTS];
	unsigned int i;

	ASSERT_EQ(0, client_start(&client, leave_pictures, NULL));
	for (i = 0; i < SHOTS; i++) {
		fences[i] = socket_receive_fd(client.socket);
		ASSERT_LE(0, fences[i]);
	}
	chance_sleep(&storm->chance, MOMENTS_US);
	for (i = 0; i < SHOTS; i++)
		unloading->in_flight += fence_wait(fences[i], 0) == -ETIMEDOUT;
	ASSERT_EQ(SIGKILL, client_end(&client, SIGKILL));
	ASSERT_EQ(0, module_remove_when_idle(unloading->module));
	check_fences(_metadata, unloading, fences);
}

static void check_driver(struct __test_metadata *_metadata,
			 struct storm *storm)
{
	const char *fault;

	ASSERT_EQ(0, storm_reopen(storm));
	fault = storm_check(&storm->screen);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(storm);
}

TEST_F_TIMEOUT(unload, with_pictures_in_flight, 3600)
{
	unsigned int i, rounds = rounds_wanted(ROUNDS, ROUNDS_LONG);
	struct unloading *unloading = &self->unloading;

	for (i = 0; i < rounds && __test_passed(_metadata); i++) {
		run_client(_metadata, unloading);
		ASSERT_EQ(0, module_load(unloading->module, ""));
		ASSERT_EQ(0, card_wait(unloading->card));
		if (i % CHECK == CHECK - 1)
			check_driver(_metadata, &unloading->storm);
	}
	TH_LOG("unloaded %u times", i);
	EXPECT_LT(0, unloading->in_flight);
}

TEST_HARNESS_MAIN
