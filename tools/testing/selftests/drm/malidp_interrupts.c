// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that are late, lost, or stand for nothing, among good ones: no
 * fence signals early, none is lost, no picture is taken for another's.
 *
 * The model has a picture in memory near the end of its frame, so one that is
 * compared in the moment of the signal tells when that came too early.
 *
 * WRITEBACK_FRAMES=N sets how many frames there are.
 */

#include "kselftest_harness.h"
#include "fence.h"
#include "rig.h"

#define FRAMES 1000

/* Of 1000, twice; each costs the second of the driver's deadline. */
#define LOST 3

/* Frames a second: more than that and a busy machine does nothing else. */
#define REFRESH 250

/* How many are in flight, with a source and a destination each. */
#define SLOTS 4

struct slot {
	struct buffer source, target;
	unsigned int frame;
	int32_t fence;
};

struct batch {
	struct rig rig;
	struct slot slots[SLOTS];
	unsigned int frames, random;
	unsigned int good, lost;	/* statuses seen */
	unsigned int touched;		/* by interrupts dropped */
};

FIXTURE(interrupts) {
	struct batch batch;
};

static unsigned int frames_wanted(void)
{
	const char *text = getenv("WRITEBACK_FRAMES");
	int frames = text ? atoi(text) : 0;

	return frames > 0 ? frames : FRAMES;
}

static int create_slots(struct rig *rig, struct slot *slot)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < SLOTS && !ret; i++, slot++) {
		slot->fence = -1;
		ret = screen_source(&rig->screen, &slot->source, 0);
		if (!ret)
			ret = screen_target(&rig->screen, &slot->target, 0);
	}
	return ret;
}

FIXTURE_SETUP(interrupts)
{
	int ret = rig_open(&self->batch.rig, REFRESH);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, create_slots(&self->batch.rig, self->batch.slots));
	self->batch.frames = frames_wanted();
	self->batch.random = 1;
}

FIXTURE_TEARDOWN(interrupts)
{
	unsigned int i;

	model_behave(&self->batch.rig.model);
	screen_off(&self->batch.rig.screen);
	for (i = 0; i < SLOTS; i++) {
		buffer_destroy(&self->batch.slots[i].source);
		buffer_destroy(&self->batch.slots[i].target);
	}
	EXPECT_EQ(0, rig_close(&self->batch.rig))
		TH_LOG("%s", model_fault(&self->batch.rig.model));
}

/* The same numbers in each run. */
static unsigned int random_below(unsigned int *state, unsigned int limit)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % limit;
}

static void start(struct __test_metadata *_metadata, struct rig *rig,
		  struct slot *slot, unsigned int frame)
{
	slot->frame = frame;
	ASSERT_EQ(0, picture_draw(&rig->screen.picture, frame, &slot->source));
	buffer_poison(&slot->target, POISON);
	ASSERT_EQ(0, capture_retry(&rig->screen, &slot->source, &slot->target,
				   &slot->fence, DRM_MODE_ATOMIC_NONBLOCK));
}

/* The frame of this slot or nothing, never another's. */
static void finish(struct __test_metadata *_metadata, struct slot *slot,
		   unsigned int *good, unsigned int *lost)
{
	int status = fence_result(slot->fence, PATIENCE_MS);
	const char *fault;

	slot->fence = -1;
	ASSERT_TRUE(status == 1 || status == -ETIMEDOUT)
		TH_LOG("frame %u: status %d", slot->frame, status);
	if (status != 1 && !buffer_damage(&slot->target, POISON)) {
		++*lost;
		return;
	}
	fault = picture_fault(&slot->source, &slot->target);
	ASSERT_EQ(NULL, fault)
		TH_LOG("frame %u, status %d: %s", slot->frame, status, fault);
	++*(status == 1 ? good : lost);
}

/* As many frames as the test has, @in_flight at a time. */
static void run(struct __test_metadata *_metadata,
		struct batch *batch, unsigned int in_flight,
		void (*trouble)(struct batch *batch,
				unsigned int frame))
{
	unsigned int i;

	for (i = 0; i < batch->frames + in_flight; i++) {
		struct slot *slot = &batch->slots[i % in_flight];

		if (i >= in_flight)
			finish(_metadata, slot, &batch->good, &batch->lost);
		if (i >= batch->frames)
			continue;
		trouble(batch, i);
		start(_metadata, &batch->rig, slot, i + 1);
	}
	EXPECT_EQ(batch->frames, batch->good + batch->lost);
}

/*
 * Late interrupts and spurious ones, of all kinds at once; and the display's own
 * get lost, each of which costs time and nothing else.
 */
static void late_and_spurious(struct batch *batch,
			      unsigned int frame)
{
	const struct model *model = &batch->rig.model;

	model_set(model, "spurious", random_below(&batch->random, 4));
	model_set(model, "stray_latch", random_below(&batch->random, 3));
	if (frame % 8 == 4)
		model_set(model, "drop_vsync", 1);
	if (frame % 64 == 32)
		model_set(model, "drop_latch", 1);
	if (frame % 8 == 0)
		model_set(model, "late_irq", random_below(&batch->random, 2));
	if (frame % 16 == 0)
		model_set(model, "delay", random_below(&batch->random, 3));
}

/* One at a time: each interrupt comes while the driver waits for nothing else. */
TEST_F_TIMEOUT(interrupts, may_be_late_or_spurious, 300)
{
	self->batch.frames = (self->batch.frames + 3) / 4;
	run(_metadata, &self->batch, 1, late_and_spurious);
	EXPECT_EQ(0, self->batch.lost);
}

/* A latch that is none, when the last vertical sync is still to be handled. */
TEST_F_TIMEOUT(interrupts, may_be_late_beside_stray_latches, 60)
{
	const struct model *model = &self->batch.rig.model;
	const char *fault;
	unsigned int i;

	ASSERT_EQ(0, model_set(model, "stray_latch", 1000000));
	ASSERT_EQ(0, model_set(model, "late_irq", 1));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(1, rig_capture(&self->batch.rig, i, &fault))
			TH_LOG("frame %u: %s", i, fault ?: "the fence");
}

/*
 * A spurious interrupt may make up for one that is lost, so half of these have
 * none around. The DP500 raises two for a picture: of three in a row, two
 * belong to the same, which is lost, and one to a picture before or after it,
 * which may be.
 */
static void lost_too(struct batch *batch, unsigned int frame)
{
	const struct model *model = &batch->rig.model;
	unsigned int period = batch->frames / LOST + 1;
	unsigned int since = frame % period;

	late_and_spurious(batch, frame);
	if (since < 4 * SLOTS)
		model_set(model, "spurious", 0);
	if (since == 2 * SLOTS || since == period / 2) {
		model_set(model, "drop", model->product == 0x500 ? 3 : 1);
		batch->touched += model->product == 0x500 ? 2 : 1;
	}
}

TEST_F_TIMEOUT(interrupts, may_be_late_spurious_or_lost, 300)
{
	run(_metadata, &self->batch, SLOTS, lost_too);
	TH_LOG("%u pictures are right, %u lost of %u touched", self->batch.good,
	       self->batch.lost, self->batch.touched);
	EXPECT_EQ(0, model_get(&self->batch.rig.model, "drop"));
	EXPECT_LE(self->batch.lost, self->batch.touched);
	EXPECT_LE(1, self->batch.lost);
}

TEST_HARNESS_MAIN
