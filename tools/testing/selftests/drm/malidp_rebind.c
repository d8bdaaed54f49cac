// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver is taken off its device and put back, over and over, while a
 * picture is being written: every fence signals, and it works on.
 *
 * WRITEBACK_FRAMES=N sets how often.
 */

#include <signal.h>

#include "kselftest_harness.h"
#include "binding.h"
#include "client.h"
#include "fence.h"
#include "rig.h"

#define ROUNDS 100

struct trouble {
	const char *knob;
	int value;
};

/* What the engine is doing while its driver goes. */
static const struct trouble troubles[] = {
	{ "delay", 1 }, { "delay", 2 }, { "late_irq", 1 }, { "freeze", 0 },
	{ "delay", 10 },
};

/* Seldom, since it takes all of the driver's deadline. */
static const struct trouble frozen = { "freeze", 1 };

static const struct trouble *trouble_of(unsigned int round)
{
	return round % 25 ? &troubles[round % ARRAY_SIZE(troubles)] : &frozen;
}

struct rebound {
	struct model model;
	struct binding binding;
	unsigned int rounds, pending;
	long faults;
};

FIXTURE(rebind) {
	struct rebound rebound;
};

static unsigned int rounds_wanted(void)
{
	const char *text = getenv("WRITEBACK_FRAMES");
	int rounds = text ? atoi(text) : 0;

	return rounds > 0 && rounds < ROUNDS ? rounds : ROUNDS;
}

FIXTURE_SETUP(rebind)
{
	struct rig rig;
	int ret = rig_open(&rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	self->rebound.model = rig.model;
	self->rebound.rounds = rounds_wanted();
	ASSERT_EQ(0, binding_find(&self->rebound.binding, &rig.screen.card));
	EXPECT_EQ(0, rig_close(&rig));
	self->rebound.faults = model_get(&self->rebound.model, "faults");
}

FIXTURE_TEARDOWN(rebind)
{
	model_behave(&self->rebound.model);
	if (!self->rebound.binding.bound)
		EXPECT_EQ(0, binding_restore(&self->rebound.binding));
	EXPECT_EQ(self->rebound.faults, model_get(&self->rebound.model, "faults"))
		TH_LOG("%s", model_fault(&self->rebound.model));
}

/* Starts a capture, sends the fence and waits to be killed. */
static int start_and_wait(int socket, void *trouble)
{
	const struct trouble *with = trouble;
	struct rig rig;
	int fence;

	if (rig_open(&rig, RIG_HZ) ||
	    model_set(&rig.model, with->knob, with->value))
		return 1;
	fence = rig_start(&rig, 1);
	if (fence < 0 || socket_send_fd(socket, fence))
		return 2;
	for (;;)
		pause();
}

static void check_status(struct __test_metadata *_metadata, int status)
{
	ASSERT_TRUE(status == 1 || status == -ECANCELED || status == -ENODEV ||
		    status == -ETIMEDOUT)
		TH_LOG("status %d", status);
}

/* The driver leaves nothing on. */
static void unbind(struct __test_metadata *_metadata,
		   struct rebound *rebound)
{
	ASSERT_EQ(0, binding_release(&rebound->binding));
	ASSERT_EQ(0, model_get(&rebound->model, "clocks"));
}

static void bind_again(struct __test_metadata *_metadata,
		       struct rebound *rebound)
{
	ASSERT_EQ(0, model_behave(&rebound->model));
	ASSERT_EQ(0, binding_restore(&rebound->binding));
}

static bool is_pending(int fence)
{
	int status = -EBADF;

	return !fence_status(fence, &status) && !status;
}

static void check_capture(struct __test_metadata *_metadata)
{
	const char *fault;
	struct rig rig;

	ASSERT_EQ(0, rig_open(&rig, RIG_HZ));
	EXPECT_EQ(1, rig_capture(&rig, 1, &fault))
		TH_LOG("%s", fault ?: "the fence");
	EXPECT_EQ(0, rig_close(&rig))
		TH_LOG("%s", model_fault(&rig.model));
}

TEST_F_TIMEOUT(rebind, works_with_a_picture_in_flight, 300)
{
	unsigned int i;

	for (i = 0; i < self->rebound.rounds; i++) {
		struct trouble trouble = *trouble_of(i);
		struct client client;
		int fence;

		ASSERT_EQ(0, client_start(&client, start_and_wait, &trouble));
		fence = socket_receive_fd(client.socket);
		ASSERT_LE(0, fence);
		self->rebound.pending += is_pending(fence);
		unbind(_metadata, &self->rebound);
		check_status(_metadata, fence_result(fence, PATIENCE_MS));
		/* The old card's node may go only when its client has gone. */
		ASSERT_EQ(SIGKILL, client_end(&client, SIGKILL));
		bind_again(_metadata, &self->rebound);
	}
	/* A busy machine is too late for some. */
	EXPECT_LE(self->rebound.rounds * 3 / 4, self->rebound.pending);
	check_capture(_metadata);
}

/*
 * Flips and captures until there is no card. The buffers are not drawn to, as
 * they go, too.
 */
static int go_on(int socket, void *unused)
{
	int32_t fence = -1;
	struct rig rig;
	int ret = 0;

	(void)unused;
	if (rig_open(&rig, RIG_HZ))
		return 1;
	while (!ret) {
		ret = capture_retry(&rig.screen, rig.screen.drawn, &rig.target,
				    &fence, DRM_MODE_ATOMIC_NONBLOCK);
		if (fence >= 0 && socket >= 0)
			socket_send_fd(socket, fence);
		if (fence >= 0)
			close(fence);
		fence = -1;
		socket = -1;
		if (!ret)
			ret = flip_retry(&rig.screen, rig.screen.drawn, 0);
	}
	return ret == -ENODEV ? 0 : 2;
}

/* By a client that does not notice before it is told. */
TEST_F_TIMEOUT(rebind, works_with_a_client_that_goes_on, 60)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		struct client client;
		int fence;

		ASSERT_EQ(0, client_start(&client, go_on, NULL));
		fence = socket_receive_fd(client.socket);
		ASSERT_LE(0, fence);
		close(fence);
		sleep_ms(2 * i);
		unbind(_metadata, &self->rebound);
		ASSERT_EQ(0, client_end(&client, 0));
		bind_again(_metadata, &self->rebound);
	}
	check_capture(_metadata);
}

/* Without a picture, and without a client. */
TEST_F(rebind, works_when_idle)
{
	unsigned int i;

	for (i = 0; i < 5; i++) {
		unbind(_metadata, &self->rebound);
		bind_again(_metadata, &self->rebound);
		check_capture(_metadata);
	}
}

TEST_HARNESS_MAIN
