// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens while a picture is being written does not disturb it, and what
 * the engine was doing is not left over: commits without a job, the screen
 * going off.
 */

#include "kselftest_harness.h"
#include "fence.h"
#include "rig.h"
#include "suspend.h"

#define ROUNDS 10

FIXTURE(busy) {
	struct rig rig;
};

/* The ways in which hardware may take a "stop", and a CONFIG_VALID that stays. */
FIXTURE_VARIANT(busy) {
	bool at_once, repeats;
};

FIXTURE_VARIANT_ADD(busy, stops_at_a_latch) { false, false };
FIXTURE_VARIANT_ADD(busy, stops_at_once) { true, false };
FIXTURE_VARIANT_ADD(busy, starts_at_each_latch) { false, true };

FIXTURE_SETUP(busy)
{
	int ret = rig_open(&self->rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, model_set(&self->rig.model, "en_immediate",
			       variant->at_once));
	ASSERT_EQ(0, model_set(&self->rig.model, "valid_repeats",
			       variant->repeats));
	ASSERT_EQ(0, model_set(&self->rig.model, "repeat_raises",
			       variant->repeats));
	ASSERT_EQ(0, model_set(&self->rig.model, "en_rearms",
			       variant->repeats));
}

FIXTURE_TEARDOWN(busy)
{
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

static void check_end(struct __test_metadata *_metadata, struct rig *rig,
		      const struct buffer *source, int fence)
{
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(source, &rig->target));
}

TEST_F(busy, engine_is_not_stopped_by_a_flip)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		int fence = rig_start(rig, 2 * i);
		const struct buffer *source = rig->screen.drawn;

		ASSERT_LE(0, fence);
		ASSERT_EQ(0, flip_retry(&rig->screen,
					screen_draw(&rig->screen, 2 * i + 1),
					DRM_MODE_ATOMIC_NONBLOCK));
		rig->screen.drawn = source;
		check_end(_metadata, rig, source, fence);
	}
}

/* Nor by one in the middle of a frame, whenever that is. */
TEST_F(busy, engine_is_not_stopped_by_a_later_flip)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		int fence = rig_start(rig, i);

		ASSERT_LE(0, fence);
		sleep_ms(2 * i);
		ASSERT_EQ(0, flip_retry(&rig->screen, rig->screen.drawn, 0));
		check_end(_metadata, rig, rig->screen.drawn, fence);
	}
}

static int commit_nothing(struct rig *rig)
{
	const struct pipe *pipe = &rig->screen.pipe;
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	int ret;

	if (!req || drmModeAtomicAddProperty(req, pipe->crtc.id,
					     pipe->crtc.active, 1) < 0)
		abort();
	do {
		ret = drmModeAtomicCommit(rig->screen.card.fd, req,
					  DRM_MODE_ATOMIC_NONBLOCK, NULL);
		if (ret == -EBUSY)
			sleep_ms(1);
	} while (ret == -EBUSY);
	drmModeAtomicFree(req);
	return ret;
}

/* A commit that changes nothing at all. */
TEST_F(busy, engine_is_not_stopped_by_an_empty_commit)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		int fence = rig_start(rig, i);

		ASSERT_LE(0, fence);
		ASSERT_EQ(0, commit_nothing(rig));
		check_end(_metadata, rig, rig->screen.drawn, fence);
	}
}

/* Off in any phase of a job: it ends, and the next one is right. */
TEST_F(busy, engine_forgets_its_job_when_the_screen_goes_off)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		const char *fault;
		int fence = rig_start(rig, 2 * i);
		int status;

		ASSERT_LE(0, fence);
		sleep_ms(2 * i);
		ASSERT_EQ(0, screen_off(&rig->screen));
		status = fence_result(fence, 0);
		EXPECT_TRUE(status == 1 || status == -ECANCELED)
			TH_LOG("status %d", status);
		ASSERT_EQ(0, screen_on(&rig->screen));
		ASSERT_EQ(1, rig_capture(rig, 2 * i + 1, &fault))
			TH_LOG("%s", fault ?: "the fence");
	}
}

/*
 * Off and on in one commit: the power stays on, and an engine that nobody told
 * would go on where it was.
 */
TEST_F(busy, engine_forgets_its_job_when_the_mode_changes)
{
	struct rig *rig = &self->rig;
	const char *fault;
	int fence, status;
	long writes;

	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 1);
	ASSERT_LE(0, fence);
	rig->screen.mode.vtotal += 10;
	ASSERT_EQ(0, screen_on(&rig->screen));
	status = fence_result(fence, 0);
	EXPECT_TRUE(status == -ECANCELED || status == -ETIMEDOUT)
		TH_LOG("status %d", status);

	writes = model_get(&rig->model, "writes");
	buffer_poison(&rig->target, POISON);
	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	ASSERT_EQ(0, flip_retry(&rig->screen, rig->screen.drawn, 0));
	sleep_ms(rig_frames_ms(rig, 3));
	EXPECT_EQ(writes, model_get(&rig->model, "writes"));
	EXPECT_EQ(0, buffer_damage(&rig->target, POISON));
	EXPECT_EQ(1, rig_capture(rig, 2, &fault))
		TH_LOG("%s", fault ?: "the fence");
}

/*
 * Off, but not in config mode: frames go on. The engine is off all the same when
 * the commit returns, since its buffer may be freed then.
 */
TEST_F(busy, engine_is_stopped_without_config_mode)
{
	struct rig *rig = &self->rig;
	const char *fault;
	long writes;
	int fence;

	ASSERT_EQ(0, keep_awake(rig->model.device, true));
	ASSERT_EQ(0, model_set(&rig->model, "freeze", 1));
	fence = rig_start(rig, 1);
	ASSERT_LE(0, fence);
	ASSERT_EQ(0, model_set(&rig->model, "config_hangs", 1));
	ASSERT_EQ(0, screen_off(&rig->screen));
	EXPECT_NE(1, fence_result(fence, 0));
	writes = model_get(&rig->model, "writes");
	ASSERT_EQ(0, model_set(&rig->model, "freeze", 0));
	sleep_ms(rig_frames_ms(rig, 5));
	EXPECT_EQ(writes, model_get(&rig->model, "writes"));
	EXPECT_EQ(0, buffer_damage(&rig->target, POISON));

	ASSERT_EQ(0, model_set(&rig->model, "config_hangs", 0));
	sleep_ms(rig_frames_ms(rig, 3));
	ASSERT_EQ(0, keep_awake(rig->model.device, false));
	ASSERT_EQ(0, screen_on(&rig->screen));
	EXPECT_EQ(1, rig_capture(rig, 2, &fault))
		TH_LOG("%s", fault ?: "the fence");
}

/* Written once: a frame later the engine does not write any more. */
TEST_F(busy, engine_is_idle_afterwards)
{
	struct rig *rig = &self->rig;
	const char *fault;
	unsigned int i;
	long writes;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(1, rig_capture(rig, i, &fault))
			TH_LOG("%s", fault ?: "the fence");
		buffer_poison(&rig->target, POISON);
		writes = model_get(&rig->model, "writes");
		ASSERT_EQ(0, flip_retry(&rig->screen, rig->screen.drawn, 0));
		sleep_ms(rig_frames_ms(rig, 3));
		EXPECT_EQ(0, buffer_damage(&rig->target, POISON));
		EXPECT_EQ(writes, model_get(&rig->model, "writes"));
	}
}

TEST_HARNESS_MAIN
