// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a misbehaving engine leads to: a status that tells, and a next picture
 * that is right. Whatever the hardware clears by itself: the driver must not
 * depend on it.
 */

#include "kselftest_harness.h"
#include "clock.h"
#include "fence.h"
#include "rig.h"

/*
 * Each is on in the kinds of hardware whose number has an odd number of bits in
 * common with it. With these eight, every three switches meet in all ways.
 */
static const struct {
	const char *name;
	unsigned int bits;
} switches[] = {
	{ "en_clears", 1 }, { "oneshot_clears", 2 }, { "en_immediate", 4 },
	{ "valid_clears", 8 }, { "valid_repeats", 7 }, { "repeat_raises", 11 },
	{ "en_rearms", 13 }, { "latch_last", 14 },
};

#define KINDS 16

struct trouble {
	const char *knob;
	int status;
	int count_500;			/* how often on a DP500; else once */
};

/* These end a job at once. */
static const struct trouble errors[] = {
	{ "axi_error", -EFAULT, 1 },
	{ "overrun", -EOVERFLOW, 1 },
	{ "busy", -EBUSY, 1 },
};

FIXTURE(errors) {
	struct rig rig;
	unsigned int frame;
};

FIXTURE_SETUP(errors)
{
	int ret = rig_open(&self->rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(errors)
{
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

static void check_capture(struct __test_metadata *_metadata, struct rig *rig,
			  unsigned int frame, const char *text)
{
	const char *fault;

	ASSERT_EQ(1, rig_capture(rig, frame, &fault))
		TH_LOG("%s: %s", text, fault ?: "the fence");
}

/* An engine in trouble may write any part of the picture, and nothing else. */
static void check_trouble(struct __test_metadata *_metadata, struct rig *rig,
			  unsigned int frame, const struct trouble *trouble)
{
	const char *fault;

	int count = rig->model.product == 0x500 ? trouble->count_500 : 1;

	ASSERT_EQ(0, model_set(&rig->model, trouble->knob, count));
	ASSERT_EQ(trouble->status, rig_capture(rig, frame, &fault))
		TH_LOG("%s: %s", trouble->knob, fault ?: "the fence");
	ASSERT_EQ(0, buffer_guard_damage(&rig->target, POISON));
	ASSERT_EQ(0, model_set(&rig->model, trouble->knob, 0));
	check_capture(_metadata, rig, frame + 1, trouble->knob);
}

static void be_kind(struct __test_metadata *_metadata, struct rig *rig,
		    unsigned int kind)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(switches); i++)
		ASSERT_EQ(0, model_set(&rig->model, switches[i].name,
				       __builtin_parity(kind & switches[i].bits)));
}

TEST_F_TIMEOUT(errors, tell_what_went_wrong_on_every_kind_of_hardware, 120)
{
	unsigned int kind, i;
	char text[32];

	for (kind = 0; kind < KINDS; kind++) {
		be_kind(_metadata, &self->rig, kind);
		snprintf(text, sizeof(text), "kind %u", kind);
		check_capture(_metadata, &self->rig, ++self->frame, text);
		for (i = 0; i < ARRAY_SIZE(errors); i++, self->frame += 2)
			check_trouble(_metadata, &self->rig, self->frame,
				      &errors[i]);
	}
}

/*
 * The driver's deadline ends these. The DP500 raises its interrupt twice for a
 * picture: when the hardware has taken over that it is on, and that it is off.
 */
static void check_silence(struct __test_metadata *_metadata, struct rig *rig)
{
	static const struct trouble silence[] = {
		{ "drop", -ETIMEDOUT, 2 },
		{ "freeze", -ETIMEDOUT, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(silence); i++)
		check_trouble(_metadata, rig, 2 * i + 1, &silence[i]);
}

TEST_F(errors, end_a_silent_job)
{
	check_silence(_metadata, &self->rig);
}

TEST_F(errors, end_a_silent_job_on_another_kind_of_hardware)
{
	be_kind(_metadata, &self->rig, KINDS - 1);
	check_silence(_metadata, &self->rig);
}

/* Each of several jobs in a row, without a good one between them. */
TEST_F(errors, come_in_a_row)
{
	const char *fault;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ASSERT_EQ(0, model_set(&self->rig.model, errors[i].knob, 3));
		for (n = 0; n < 3; n++)
			EXPECT_EQ(errors[i].status,
				  rig_capture(&self->rig, n, &fault))
				TH_LOG("%s", errors[i].knob);
		EXPECT_EQ(0, model_get(&self->rig.model, errors[i].knob));
	}
	check_capture(_metadata, &self->rig, n, "after all");
}

/* One in flight fails, the one that waits for it is right. */
TEST_F(errors, do_not_reach_the_next_job)
{
	const struct buffer *second;
	struct buffer target;
	unsigned int i;
	int first;
	int32_t fence;

	ASSERT_EQ(0, screen_target(&self->rig.screen, &target, 0));
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ASSERT_EQ(0, model_set(&self->rig.model, errors[i].knob, 1));
		first = rig_start(&self->rig, 2 * i);
		ASSERT_LE(0, first);
		buffer_poison(&target, POISON);
		second = screen_draw(&self->rig.screen, 2 * i + 1);
		ASSERT_EQ(0, capture_retry(&self->rig.screen, second, &target,
					   &fence, DRM_MODE_ATOMIC_NONBLOCK));
		EXPECT_EQ(errors[i].status, fence_result(first, PATIENCE_MS));
		EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
		EXPECT_EQ(NULL, picture_fault(second, &target));
	}
	buffer_destroy(&target);
}

/* Late is not lost. */
TEST_F(errors, are_none_for_late_completions)
{
	struct rig *rig = &self->rig;
	unsigned int delay;

	for (delay = 1; delay <= 8; delay *= 2) {
		ASSERT_EQ(0, model_set(&rig->model, "delay", delay));
		check_capture(_metadata, rig, delay, "delay");
	}
	ASSERT_EQ(0, model_set(&rig->model, "delay", 0));
	ASSERT_EQ(0, model_set(&rig->model, "late_irq", 1));
	check_capture(_metadata, rig, 100, "late_irq");
	ASSERT_EQ(0, model_set(&rig->model, "late_irq", 0));
	check_capture(_metadata, rig, 101, "after late_irq");
}

TEST_F(errors, are_none_for_spurious_completions)
{
	unsigned int frame;

	for (frame = 1; frame <= 10; frame++) {
		ASSERT_EQ(0, model_set(&self->rig.model, "spurious", frame));
		check_capture(_metadata, &self->rig, frame, "spurious");
	}
}

/* So late that its job has been given up: not taken for that of the next. */
TEST_F(errors, are_none_for_what_comes_after_the_deadline)
{
	static const struct mode_wish slow = { RIG_WIDTH, RIG_HEIGHT, 30 };
	struct rig *rig = &self->rig;
	const char *fault;

	screen_wish(&rig->screen, &slow);
	ASSERT_EQ(0, screen_on(&rig->screen));
	ASSERT_EQ(0, model_set(&rig->model, "delay", 45));
	ASSERT_EQ(-ETIMEDOUT, rig_capture(rig, 1, &fault));
	ASSERT_EQ(0, model_set(&rig->model, "delay", 0));
	check_capture(_metadata, rig, 2, "before the late completion");
	sleep_ms(1000);
	check_capture(_metadata, rig, 3, "after the late completion");
}

TEST_HARNESS_MAIN
