// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model against a driver that is not ours: the one of Linux 6.12, as it
 * is. It captures as well, and the bugs that it is known for show. A test that
 * is called after a bug passes when the bug is there, which proves that the
 * model can tell: the other programs look for the same in the driver of today.
 *
 * To be run on that kernel, with WRITEBACK_BASE=1.
 */

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "clock.h"
#include "fence.h"
#include "rig.h"
#include "suspend.h"

/* A bug that depends on the moment is there when it shows once in so many. */
#define ROUNDS 60

/* Longer than any capture, shorter than anybody would wait for each of them. */
#define LOST_MS 500

FIXTURE(base) {
	struct rig rig;
};

FIXTURE_SETUP(base)
{
	int ret;

	if (!getenv("WRITEBACK_BASE"))
		SKIP(return, "not the driver of Linux 6.12: WRITEBACK_BASE is not set");
	ret = rig_open(&self->rig, RIG_HZ);
	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(base)
{
	rig_close(&self->rig);
}

/* It has no deadlines: what its engine lost never signals. */
static int capture(struct rig *rig, unsigned int frame)
{
	int fence = rig_start(rig, frame), status;

	if (fence < 0)
		return fence;
	status = fence_result(fence, LOST_MS);
	if (status != 1)
		return status;
	return picture_fault(rig->screen.drawn, &rig->target) ? -EILSEQ : 1;
}

TEST_F(base, captures_in_every_format)
{
	struct rig *rig = &self->rig;
	const struct pipe *pipe = &rig->screen.pipe;
	unsigned int i;

	ASSERT_LT(0, pipe->n_formats);
	for (i = 0; i < pipe->n_formats; i++) {
		int fence;

		buffer_destroy(&rig->target);
		ASSERT_EQ(0, screen_target(&rig->screen, &rig->target, pipe->formats[i]));
		fence = rig_start(rig, i);
		ASSERT_LE(0, fence);
		EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
		/* Its fence may signal before the end of the frame. */
		sleep_ms(rig_frames_ms(rig, 3));
		EXPECT_EQ(NULL, picture_fault(rig->screen.drawn, &rig->target))
			TH_LOG("%s", picture_fault(rig->screen.drawn,
						   &rig->target));
	}
}

/*
 * The display goes off and on: its registers are lost meanwhile. The colours are
 * right before, unless that has happened already since the driver is there: the
 * test above is the first to capture them.
 */
TEST_F(base, has_wrong_colours_after_a_suspend)
{
	struct rig *rig = &self->rig;
	int before;

	buffer_destroy(&rig->target);
	ASSERT_EQ(0, screen_target(&rig->screen, &rig->target,
				   DRM_FORMAT_NV12));
	before = capture(rig, 1);
	EXPECT_TRUE(before == 1 || before == -EILSEQ)
		TH_LOG("status %d", before);
	ASSERT_EQ(0, screen_off(&rig->screen));
	ASSERT_EQ(0, wait_for_runtime_suspend(rig->model.device));
	ASSERT_EQ(0, screen_on(&rig->screen));
	EXPECT_EQ(-EILSEQ, capture(rig, 1));
}

/* The DP500: a latch that was seen twice passes for the end of the picture. */
TEST_F(base, completes_early_on_a_dp500)
{
	struct rig *rig = &self->rig;
	unsigned int i, early = 0;

	if (rig->model.product != 0x500)
		SKIP(return, "not a DP500");
	for (i = 0; i < ROUNDS && !early; i++)
		early += capture(rig, i) == -EILSEQ;
	EXPECT_NE(0, early);
}

/*
 * A flip tells the engine to stop. One that does so at once loses its picture;
 * the DP500 takes it over at the end of the frame, as it has to be told anyway.
 */
TEST_F_TIMEOUT(base, loses_a_picture_to_a_flip, 60)
{
	struct rig *rig = &self->rig;
	unsigned int i, lost = 0;

	if (rig->model.product == 0x500)
		SKIP(return, "a DP500 cannot stop at once");
	ASSERT_EQ(0, model_set(&rig->model, "en_immediate", 1));
	for (i = 0; i < ROUNDS && !lost; i++) {
		int fence = rig_start(rig, i), status;

		ASSERT_LE(0, fence);
		ASSERT_EQ(0, flip_retry(&rig->screen, rig->screen.drawn, 0));
		status = fence_result(fence, LOST_MS);
		lost += status != 1 || picture_fault(rig->screen.drawn,
						     &rig->target);
	}
	EXPECT_NE(0, lost);
}

TEST_HARNESS_MAIN
