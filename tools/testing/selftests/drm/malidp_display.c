// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the display is owed, with and without pictures being written: each frame
 * is counted, and a commit waits until the hardware has taken it over, once.
 */

#include <signal.h>
#include <sys/time.h>

#include "kselftest_harness.h"
#include "clock.h"
#include "rig.h"

#define FLIPS 50

FIXTURE(display) {
	struct rig rig;
	long frames;
};

/* The order of the interrupts at the end of a frame. */
FIXTURE_VARIANT(display) {
	bool latch_last;
};

FIXTURE_VARIANT_ADD(display, at_once) { false };
FIXTURE_VARIANT_ADD(display, latch_last) { true };

/* From then on there are interrupts of vblanks, for some seconds. */
static int await_vblank(const struct rig *rig)
{
	drmVBlank next = {
		.request = { .type = DRM_VBLANK_RELATIVE, .sequence = 1 },
	};

	return drmWaitVBlank(rig->screen.card.fd, &next);
}

FIXTURE_SETUP(display)
{
	struct rig *rig = &self->rig;
	int ret = rig_open(rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, await_vblank(rig));
	ASSERT_EQ(0, model_set(&rig->model, "latch_last", variant->latch_last));
	ASSERT_EQ(0, model_forget(&rig->model));
	self->frames = model_get(&rig->model, "frames");
}

FIXTURE_TEARDOWN(display)
{
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

/* How often the hardware was told to take over what was set. */
static long publications(const struct model *model)
{
	return model_writes(model, model->product == 0x500 ? 0xf00 : 0xc014, 1);
}

static void flip_often(struct __test_metadata *_metadata, struct rig *rig)
{
	unsigned int i;

	for (i = 0; i < FLIPS; i++)
		ASSERT_EQ(0, flip_retry(&rig->screen, rig->screen.drawn, 0));
}

/* In a frame of its own, and not after it was tried again for a while. */
TEST_F(display, shows_each_flip)
{
	struct rig *rig = &self->rig;
	uint64_t before = clock_us();

	flip_often(_metadata, rig);
	EXPECT_EQ(FLIPS, publications(&rig->model));
	EXPECT_LE(FLIPS, model_get(&rig->model, "frames") - self->frames + 1);
	EXPECT_GT(rig_frames_ms(rig, 4 * FLIPS), (clock_us() - before) / 1000);
}

static void ignore(int signal)
{
	(void)signal;
}

/* A signal must not make a commit believe that it is shown. */
TEST_F(display, shows_each_flip_in_spite_of_signals)
{
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { };
	struct sigaction action = {
		.sa_handler = ignore,
		.sa_flags = SA_RESTART,
	};
	struct rig *rig = &self->rig;

	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	flip_often(_metadata, rig);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	EXPECT_EQ(FLIPS, publications(&rig->model));
	EXPECT_LE(FLIPS, model_get(&rig->model, "frames") - self->frames + 1);
}

/* And each capture, which is right. */
TEST_F(display, shows_what_is_captured)
{
	struct rig *rig = &self->rig;
	const char *fault;
	unsigned int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(1, rig_capture(rig, i, &fault))
			TH_LOG("%s", fault ?: "the fence");
}

TEST_HARNESS_MAIN
