// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writeback connector comes and goes on a running display: no modeset is
 * asked for, and none is seen, neither by the display nor in the registers.
 */

#include "kselftest_harness.h"
#include "display.h"
#include "flips.h"
#include "rig.h"

#define ROUNDS 10

/* Where the display is asked to stop: CONFIG_REQ. */
#define DP500_DC_CONTROL 0x0000c
#define DP500_CONFIG_REQ 0x20000
#define DP550_DC_CONTROL 0x0c010
#define DP550_CONFIG_REQ 0x10000

/* Frames that a busy machine may miss: it sees two vblanks as one. */
#define MISSED (ROUNDS / 5)

FIXTURE(routing) {
	struct rig rig;
	struct display display;
	long disables;
};

FIXTURE_SETUP(routing)
{
	struct rig *rig = &self->rig;
	int ret = rig_open(rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, display_find(&self->display, &rig->screen.card));
	ASSERT_EQ(0, display_on(&self->display, &rig->screen));
	ASSERT_EQ(0, model_forget(&rig->model));
	self->disables = model_get(&rig->model, "disables");
}

FIXTURE_TEARDOWN(routing)
{
	EXPECT_EQ(0, display_off(&self->display, &self->rig.screen));
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

static int attach(const struct rig *rig, int32_t *fence, uint32_t flags)
{
	return flip_attached(&rig->screen, &rig->target, false, fence, flags);
}

static int detach(const struct rig *rig, uint32_t flags)
{
	return flip_attached(&rig->screen, NULL, true, NULL, flags);
}

/* How many vblanks there have been, -errno. */
static long vblanks(const struct screen *screen)
{
	drmVBlank query = { .request = { .type = DRM_VBLANK_RELATIVE } };

	if (drmWaitVBlank(screen->card.fd, &query))
		return -errno;
	return query.reply.sequence;
}

/* The display runs as before; then the log starts anew, it is not endless. */
static void check_running(struct __test_metadata *_metadata, struct rig *rig,
			  long disables)
{
	bool is_500 = rig->model.product == 0x500;

	ASSERT_EQ(disables, model_get(&rig->model, "disables"));
	ASSERT_EQ(0, model_writes(&rig->model,
				  is_500 ? DP500_DC_CONTROL : DP550_DC_CONTROL,
				  is_500 ? DP500_CONFIG_REQ : DP550_CONFIG_REQ));
	ASSERT_EQ(0, model_forget(&rig->model));
}

/* With something in the log at all: else its emptiness proves nothing. */
static void check_log(struct __test_metadata *_metadata, struct rig *rig)
{
	bool is_500 = rig->model.product == 0x500;

	ASSERT_LE(1, model_writes(&rig->model, is_500 ? 0xf00 : 0xc014, 1));
}

/* With a capture; the display flips when it goes. */
TEST_F(routing, of_the_connector_needs_no_modeset)
{
	struct rig *rig = &self->rig;
	long begin = model_get(&rig->model, "frames"), frames;
	long before = vblanks(&rig->screen);
	unsigned int i;

	ASSERT_LE(0, before);
	for (i = 0; i < ROUNDS; i++) {
		const struct buffer *source;
		int32_t fence = -1;

		buffer_poison(&rig->target, POISON);
		source = screen_draw(&rig->screen, 2 * i + 1);
		ASSERT_EQ(0, attach(rig, &fence, 0));
		screen_draw(&rig->screen, 2 * i + 2);
		ASSERT_EQ(0, detach(rig, 0));

		ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
		ASSERT_EQ(NULL, picture_fault(source, &rig->target));
		check_log(_metadata, rig);
		check_running(_metadata, rig, self->disables);
	}
	frames = model_get(&rig->model, "frames") - begin;
	/* Each flip was shown in a frame of its own, */
	EXPECT_LE(2 * ROUNDS, frames);
	/* and for each frame there was a vblank. */
	EXPECT_LE(frames - MISSED, vblanks(&rig->screen) - before)
		TH_LOG("%ld frames, %ld vblanks", frames,
		       vblanks(&rig->screen) - before);
}

/* The same with the connector that stays for some captures. */
TEST_F(routing, lasts_for_several_captures)
{
	struct rig *rig = &self->rig;
	const char *fault;
	unsigned int i;
	int32_t fence;

	ASSERT_EQ(0, attach(rig, &fence, 0));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	for (i = 0; i < 5; i++)
		ASSERT_EQ(1, rig_capture(rig, i, &fault))
			TH_LOG("%s", fault ?: "the fence");
	ASSERT_EQ(0, detach(rig, 0));
	check_running(_metadata, rig, self->disables);
}

TEST_F(routing, says_the_same_as_a_test)
{
	struct rig *rig = &self->rig;

	EXPECT_EQ(0, attach(rig, NULL, DRM_MODE_ATOMIC_TEST_ONLY));
	EXPECT_EQ(0, detach(rig, DRM_MODE_ATOMIC_TEST_ONLY));
	check_running(_metadata, rig, self->disables);
}

/* The commit also changes the mode: that is a modeset. */
TEST_F(routing, beside_a_new_mode_needs_a_modeset)
{
	struct screen *screen = &self->rig.screen;
	drmModeModeInfo other = screen->mode;
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	uint32_t blob;

	other.vtotal += 10;
	ASSERT_EQ(0, drmModeCreatePropertyBlob(screen->card.fd, &other,
					       sizeof(other), &blob));
	ASSERT_EQ(0, request_add_mode(req, &screen->pipe, blob));
	EXPECT_EQ(-EINVAL, drmModeAtomicCommit(screen->card.fd, req, 0, NULL));
	check_running(_metadata, &self->rig, self->disables);
	EXPECT_EQ(0, drmModeAtomicCommit(screen->card.fd, req,
					 DRM_MODE_ATOMIC_ALLOW_MODESET, NULL));
	EXPECT_LT(self->disables, model_get(&self->rig.model, "disables"));
	drmModeAtomicFree(req);
}

/* A display that comes or goes is one too, whatever else is in the commit. */
TEST_F(routing, beside_a_display_that_goes_needs_a_modeset)
{
	struct screen *screen = &self->rig.screen;
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	ASSERT_EQ(0, request_add_attached(req, screen, true));
	drmModeAtomicAddProperty(req, self->display.id, self->display.crtc_id,
				 0);
	EXPECT_EQ(-EINVAL, request_commit(&screen->card, req, 0));
	check_running(_metadata, &self->rig, self->disables);
}

TEST_F(routing, of_a_screen_that_goes_off_needs_a_modeset)
{
	struct screen *screen = &self->rig.screen;
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	ASSERT_EQ(0, request_add_attached(req, screen, true));
	drmModeAtomicAddProperty(req, screen->pipe.crtc.id,
				 screen->pipe.crtc.active, 0);
	EXPECT_EQ(-EINVAL, request_commit(&screen->card, req, 0));
	check_running(_metadata, &self->rig, self->disables);
}

/* The checks of the capture itself are made all the same. */
TEST_F(routing, with_a_wrong_framebuffer_is_refused)
{
	struct rig *rig = &self->rig;
	struct screen *screen = &rig->screen;
	struct buffer small, target = rig->target;

	ASSERT_EQ(0, buffer_create(&small, &screen->card, target.format,
				   RIG_WIDTH / 2, RIG_HEIGHT, NULL));
	rig->target = small;
	EXPECT_EQ(-EINVAL, attach(rig, NULL, 0));
	rig->target = target;
	buffer_destroy(&small);
	check_running(_metadata, rig, self->disables);
}

TEST_HARNESS_MAIN
