// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers lose what they hold when the power goes: the factors of the
 * colours too, and what the engine was doing.
 */

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "rig.h"
#include "suspend.h"

#define FOREVER 1000000

FIXTURE(suspend) {
	struct rig rig;
	struct buffer before;
	long resets;			/* of the model: its power was off */
};

FIXTURE_SETUP(suspend)
{
	struct rig *rig = &self->rig;
	int ret = rig_open(rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	buffer_destroy(&rig->target);
	ASSERT_EQ(0, screen_target(&rig->screen, &rig->target, DRM_FORMAT_NV12));
	ASSERT_EQ(0, screen_target(&rig->screen, &self->before, DRM_FORMAT_NV12));
	self->resets = model_get(&rig->model, "resets");
}

FIXTURE_TEARDOWN(suspend)
{
	buffer_destroy(&self->before);
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

static void check_capture(struct __test_metadata *_metadata, struct rig *rig)
{
	const char *fault;

	ASSERT_EQ(1, rig_capture(rig, 1, &fault))
		TH_LOG("%s", fault ?: "the fence");
}

/* The same frame before and after: the same bytes. */
static void check_before(struct __test_metadata *_metadata, struct rig *rig,
			 struct buffer *before)
{
	check_capture(_metadata, rig);
	memcpy(before->map, rig->target.map, before->size);
}

static void check_after(struct __test_metadata *_metadata, struct rig *rig,
			const struct buffer *before)
{
	check_capture(_metadata, rig);
	EXPECT_EQ(0, memcmp(before->map, rig->target.map, before->size));
}

TEST_F_TIMEOUT(suspend, of_the_system_keeps_the_colours, 60)
{
	struct rig *rig = &self->rig;
	int ret;

	check_before(_metadata, rig, &self->before);
	ret = system_suspend();
	if (ret == -ENOENT)
		SKIP(return, "the kernel has no PM_DEBUG and SUSPEND");
	ASSERT_EQ(0, ret);
	EXPECT_EQ(self->resets + 1, model_get(&rig->model, "resets"));
	check_after(_metadata, rig, &self->before);
}

/* The display comes back by itself, and replays no capture. */
TEST_F_TIMEOUT(suspend, of_the_system_takes_no_picture_again, 60)
{
	struct rig *rig = &self->rig;
	long writes;
	int ret;

	check_capture(_metadata, rig);
	buffer_poison(&rig->target, POISON);
	writes = model_get(&rig->model, "writes");
	ret = system_suspend();
	if (ret == -ENOENT)
		SKIP(return, "the kernel has no PM_DEBUG and SUSPEND");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, flip_retry(&rig->screen, screen_draw(&rig->screen, 2), 0));
	sleep_ms(rig_frames_ms(rig, 5));
	EXPECT_EQ(self->resets + 1, model_get(&rig->model, "resets"));
	EXPECT_EQ(writes, model_get(&rig->model, "writes"));
	EXPECT_EQ(0, buffer_damage(&rig->target, POISON));
}

TEST_F_TIMEOUT(suspend, of_the_system_ends_a_job, 60)
{
	struct rig *rig = &self->rig;
	int fence, ret, status;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 2);
	ASSERT_LE(0, fence);
	ret = system_suspend();
	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	status = fence_result(fence, PATIENCE_MS);
	if (ret == -ENOENT)
		SKIP(return, "the kernel has no PM_DEBUG and SUSPEND");
	ASSERT_EQ(0, ret);
	EXPECT_TRUE(status == -ECANCELED || status == -ETIMEDOUT)
		TH_LOG("status %d", status);
	check_capture(_metadata, rig);
}

TEST_F(suspend, of_the_device_keeps_the_colours)
{
	struct rig *rig = &self->rig;

	check_before(_metadata, rig, &self->before);
	ASSERT_EQ(0, screen_off(&rig->screen));
	ASSERT_EQ(0, wait_for_runtime_suspend(rig->model.device));
	EXPECT_EQ(self->resets + 1, model_get(&rig->model, "resets"));
	ASSERT_EQ(0, screen_on(&rig->screen));
	check_after(_metadata, rig, &self->before);
}

/* Nothing of the old job is left in the driver. */
TEST_F(suspend, of_the_device_ends_a_job)
{
	struct rig *rig = &self->rig;
	int fence, status;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 2);
	ASSERT_LE(0, fence);
	ASSERT_EQ(0, screen_off(&rig->screen));
	status = fence_result(fence, 0);
	EXPECT_TRUE(status == -ECANCELED || status == -ETIMEDOUT)
		TH_LOG("status %d", status);
	ASSERT_EQ(0, wait_for_runtime_suspend(rig->model.device));
	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	ASSERT_EQ(0, screen_on(&rig->screen));
	check_capture(_metadata, rig);
}

/*
 * One that stays out of config mode and tells of no latch any more: the engine
 * cannot be stopped in an orderly way, but stops with the power.
 */
TEST_F(suspend, of_a_device_that_does_not_obey)
{
	struct rig *rig = &self->rig;
	int fence;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 2);
	ASSERT_LE(0, fence);
	sleep_ms(rig_frames_ms(rig, 3));
	ASSERT_EQ(0, model_set(&rig->model, "config_hangs", 1));
	ASSERT_EQ(0, model_set(&rig->model, "drop_latch", FOREVER));
	ASSERT_EQ(0, screen_off(&rig->screen));
	EXPECT_GT(0, fence_result(fence, 0));
	ASSERT_EQ(0, wait_for_runtime_suspend(rig->model.device));
	EXPECT_EQ(self->resets + 1, model_get(&rig->model, "resets"));

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	ASSERT_EQ(0, model_set(&rig->model, "config_hangs", 0));
	ASSERT_EQ(0, model_set(&rig->model, "drop_latch", 0));
	ASSERT_EQ(0, screen_on(&rig->screen));
	check_capture(_metadata, rig);
}

TEST_HARNESS_MAIN
