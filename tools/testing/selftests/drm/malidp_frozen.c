// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine does nothing any more: who commits without blocking is not held
 * up, and all ends well.
 */

#include "kselftest_harness.h"
#include "clock.h"
#include "fence.h"
#include "rig.h"

/* The kernel's deadline for a job is 1000 ms. */
#define QUICK_MS 100

/* How often what takes time is measured. */
#define SAMPLES 20

FIXTURE(frozen) {
	struct rig rig;
	struct buffer next;
};

FIXTURE_SETUP(frozen)
{
	int ret = rig_open(&self->rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_target(&self->rig.screen, &self->next, 0));
}

FIXTURE_TEARDOWN(frozen)
{
	model_behave(&self->rig.model);
	buffer_destroy(&self->next);
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

static void check_capture(struct __test_metadata *_metadata, struct rig *rig)
{
	const char *fault;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	EXPECT_EQ(1, rig_capture(rig, 1000, &fault))
		TH_LOG("%s", fault ?: "the fence");
}

static bool is_pending(int fence)
{
	int status = -EBADF;

	return !fence_status(fence, &status) && !status;
}

/* How long the ioctl of a commit takes that asks for a picture. */
static int time_start(struct rig *rig, unsigned int frame, int *fence)
{
	uint64_t before;

	screen_draw(&rig->screen, frame);
	before = clock_us();
	if (capture_retry(&rig->screen, rig->screen.drawn, &rig->target,
			  fence, DRM_MODE_ATOMIC_NONBLOCK))
		return -1;
	return (clock_us() - before) / 1000;
}

/*
 * A DP500 is told to stop when it should have written: if it does not do so in
 * its frame, there is no picture.
 */
static bool gives_up(const struct rig *rig)
{
	return rig->model.product == 0x500;
}

/*
 * Both ioctls, the second time that of the commit after the frozen one. Each
 * sample thaws the engine long before its deadline; a busy machine is slow at
 * times, so half of the samples have to be quick, and in order.
 */
TEST_F(frozen, engine_does_not_hold_up_the_ioctls)
{
	struct rig *rig = &self->rig;
	unsigned int i, quick = 0, early = 0;

	for (i = 0; i < SAMPLES; i++) {
		int fence = -1, ms, status;
		int32_t next = -1;

		ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
		ms = time_start(rig, i, &fence);
		ASSERT_LE(0, ms);
		quick += ms < QUICK_MS;
		ASSERT_EQ(0, capture_retry(&rig->screen, NULL, &self->next,
					   &next, DRM_MODE_ATOMIC_NONBLOCK));
		early += is_pending(fence);
		ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
		status = fence_result(fence, PATIENCE_MS);
		EXPECT_TRUE(status == 1 ||
			    (status == -ETIMEDOUT && gives_up(rig)))
			TH_LOG("status %d", status);
		EXPECT_EQ(1, fence_result(next, PATIENCE_MS));
	}
	EXPECT_LT(SAMPLES / 2, quick);
	EXPECT_LT(SAMPLES / 2, early);
}

/* Two that wait for nothing: the first one's deadline ends both. */
TEST_F(frozen, engine_ends_the_next_job_too)
{
	struct rig *rig = &self->rig;
	int32_t next = -1;
	int fence, status;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 0);
	ASSERT_LE(0, fence);
	ASSERT_EQ(0, capture_retry(&rig->screen, NULL, &self->next, &next,
				   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	status = fence_result(next, PATIENCE_MS);
	EXPECT_TRUE(status == -ETIMEDOUT || status == -EIO)
		TH_LOG("status %d", status);
	check_capture(_metadata, rig);
}

/* It thaws long before the deadline: the picture comes late, or never. */
TEST_F(frozen, engine_may_go_on)
{
	struct rig *rig = &self->rig;
	unsigned int frame;

	for (frame = 1; frame <= 2; frame++) {
		int fence;

		ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
		fence = rig_start(rig, frame);
		ASSERT_LE(0, fence);
		sleep_ms(rig_frames_ms(rig, 5 * frame));
		EXPECT_EQ(0, buffer_damage(&rig->target, POISON));
		ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
		EXPECT_EQ(gives_up(rig) ? -ETIMEDOUT : 1,
			  fence_result(fence, PATIENCE_MS));
		if (gives_up(rig)) {
			EXPECT_EQ(0, buffer_damage(&rig->target, POISON));
		} else {
			EXPECT_EQ(NULL, picture_fault(rig->screen.drawn,
						      &rig->target));
		}
	}
	check_capture(_metadata, rig);
}

static void wait_for_frames(const struct model *model, long n)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	long last = model_get(model, "frames") + n;

	while (model_get(model, "frames") < last && clock_us() < end)
		sleep_ms(1);
}

/* It thaws afterwards: what was given up is not written, it may be gone. */
TEST_F(frozen, engine_does_not_write_what_was_given_up)
{
	struct rig *rig = &self->rig;
	long writes = model_get(&rig->model, "writes");
	int fence;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 1);
	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	/* More than it takes to stop the engine. */
	wait_for_frames(&rig->model, 30);
	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	wait_for_frames(&rig->model, 5);
	ASSERT_EQ(0, flip_retry(&rig->screen, rig->screen.drawn, 0));
	wait_for_frames(&rig->model, 5);
	EXPECT_EQ(writes, model_get(&rig->model, "writes"));
	EXPECT_EQ(0, buffer_damage(&rig->target, POISON));
	check_capture(_metadata, rig);
}

/* The display is not held up: page flips go on when the job is given up. */
TEST_F(frozen, engine_does_not_stop_the_display)
{
	struct rig *rig = &self->rig;
	unsigned int frame;
	long frames;
	int fence;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 0);
	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	frames = model_get(&rig->model, "frames");
	for (frame = 1; frame <= 10; frame++)
		ASSERT_EQ(0, flip_retry(&rig->screen,
					screen_draw(&rig->screen, frame), 0));
	EXPECT_LE(frames + 10, model_get(&rig->model, "frames") + 1);
	check_capture(_metadata, rig);
}

/* Off in spite of it, within the patience of a user. */
TEST_F(frozen, engine_does_not_keep_the_crtc_on)
{
	struct rig *rig = &self->rig;
	uint64_t before;
	int fence;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 1);
	ASSERT_LE(0, fence);
	before = clock_us();
	ASSERT_EQ(0, screen_off(&rig->screen));
	EXPECT_GT(PATIENCE_MS * 1000ull / 2, clock_us() - before);
	EXPECT_FALSE(is_pending(fence));
	EXPECT_NE(1, fence_result(fence, 0));
	ASSERT_EQ(0, screen_on(&rig->screen));
	check_capture(_metadata, rig);
}

TEST_HARNESS_MAIN
