// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may use a writeback connector: the master, and lessees for what is in their
 * lease. All others are refused, and change nothing.
 */

#include <sys/syscall.h>

#include <linux/capability.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "display.h"
#include "lessee.h"
#include "screen.h"

static const struct mode_wish small = { 128, 96, 120 };

/* The screen is the master's, a picture is shown and nothing is written. */
FIXTURE(access) {
	struct screen screen;
	struct buffer target;
	struct card other;
};

FIXTURE_SETUP(access)
{
	struct screen *screen = &self->screen;
	int ret = screen_start(screen, &small, &self->target);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
}

static void check_capture(struct __test_metadata *_metadata,
			  struct screen *screen, struct buffer *target)
{
	buffer_poison(target, POISON);
	EXPECT_EQ(1, screen_capture(screen, 1, target));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, target));
}

/* Whatever others have tried, the master can capture. */
FIXTURE_TEARDOWN(access)
{
	check_capture(_metadata, &self->screen, &self->target);
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

static int set(const struct card *card, const struct pipe *pipe,
	       uint32_t property, uint64_t value, uint32_t flags)
{
	const struct setting setting = { pipe->connector.id, property, value };

	return atomic_commit(card, &setting, 1, flags);
}

static int write_fb(const struct card *card, const struct pipe *pipe,
		    uint32_t fb, int32_t *fence, uint32_t flags)
{
	uint32_t id = pipe->connector.id;
	const struct setting settings[] = {
		{ id, pipe->connector.out_fence_ptr, (uintptr_t)fence },
		{ id, pipe->connector.fb_id, fb },
	};

	*fence = 12345;
	return atomic_commit(card, settings, ARRAY_SIZE(settings), flags);
}

static uint64_t crtc_of(const struct screen *screen)
{
	uint64_t id = ~0ull;

	card_property(&screen->card, screen->pipe.connector.id,
		      DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID", &id);
	return id;
}

/* @card may not write with the connector, nor move it, in no way: @error. */
static void expect_refused(struct __test_metadata *_metadata,
			   const struct screen *screen,
			   const struct card *card,
			   const struct buffer *target, int error)
{
	static const uint32_t ways[] = {
		0, DRM_MODE_ATOMIC_NONBLOCK, DRM_MODE_ATOMIC_TEST_ONLY,
	};
	const struct pipe *pipe = &screen->pipe;
	uint32_t modeset = DRM_MODE_ATOMIC_ALLOW_MODESET;
	unsigned int i;
	int32_t fence;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(error, write_fb(card, pipe, target->fb, &fence,
					  ways[i]));
		EXPECT_EQ(12345, fence);
		EXPECT_EQ(error, set(card, pipe, pipe->connector.crtc_id, 0,
				     ways[i] | modeset));
		EXPECT_EQ(error, set(card, pipe, pipe->connector.crtc_id,
				     pipe->crtc.id, ways[i] | modeset));
	}
	EXPECT_EQ(screen->pipe.crtc.id, crtc_of(screen));
	EXPECT_EQ(0, buffer_damage(target, POISON));
}

/* Nor with the older ioctls. */
static void expect_refused_legacy(struct __test_metadata *_metadata,
				  const struct screen *screen,
				  const struct card *card,
				  const struct buffer *target, int error)
{
	const struct pipe *pipe = &screen->pipe;
	uint32_t id = pipe->connector.id;
	drmModeModeInfo mode = screen->mode;

	EXPECT_EQ(error, drmModeObjectSetProperty(card->fd, id,
						  DRM_MODE_OBJECT_CONNECTOR,
						  pipe->connector.fb_id,
						  target->fb));
	EXPECT_EQ(error, drmModeObjectSetProperty(card->fd, id,
						  DRM_MODE_OBJECT_CONNECTOR,
						  pipe->connector.crtc_id, 0));
	EXPECT_EQ(error, drmModeSetCrtc(card->fd, pipe->crtc.id,
					screen->drawn->fb, 0, 0, &id, 1,
					&mode));
	EXPECT_EQ(pipe->crtc.id, crtc_of(screen));
	EXPECT_EQ(0, buffer_damage(target, POISON));
}

static int close_fb(const struct card *card, uint32_t fb)
{
	return drmModeRmFB(card->fd, fb);
}

/* The handle that GETFB gives for it; 0: none. */
static uint32_t handle_of(const struct card *card, uint32_t fb)
{
	drmModeFB *info = drmModeGetFB(card->fd, fb);
	uint32_t handle = info ? info->handle : 0;

	drmModeFreeFB(info);
	return handle;
}

TEST_F(access, is_not_for_one_who_is_not_master)
{
	ASSERT_EQ(0, card_open(&self->other, self->screen.card.path));
	ASSERT_FALSE(card_is_master(&self->other));
	expect_refused(_metadata, &self->screen, &self->other, &self->target,
		       -EACCES);
	expect_refused_legacy(_metadata, &self->screen, &self->other,
			      &self->target, -EACCES);
	EXPECT_EQ(-ENOENT, close_fb(&self->other, self->target.fb));
	card_close(&self->other);
}

/* What the kernel calls root is this one privilege. */
static int drop_privileges(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return -errno;
	data[0].effective &= ~(1u << CAP_SYS_ADMIN);
	data[0].permitted &= ~(1u << CAP_SYS_ADMIN);
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

/* Not even authenticated: it does not get the memory of others either. */
TEST_F(access, is_not_for_one_without_privileges)
{
	const struct card *other = &self->other;

	ASSERT_EQ(0, drop_privileges());
	ASSERT_EQ(0, card_open(&self->other, self->screen.card.path));
	expect_refused(_metadata, &self->screen, other, &self->target,
		       -EACCES);
	EXPECT_EQ(-1, drmSetMaster(other->fd));
	EXPECT_EQ(0, handle_of(other, self->target.fb));
	EXPECT_EQ(-ENOENT, close_fb(other, self->target.fb));
	expect_refused(_metadata, &self->screen, other, &self->target,
		       -EACCES);
	card_close(&self->other);
}

TEST_F(access, ends_with_mastership)
{
	struct card *card = &self->screen.card;

	ASSERT_EQ(0, drmDropMaster(card->fd));
	expect_refused(_metadata, &self->screen, card, &self->target, -EACCES);
	expect_refused_legacy(_metadata, &self->screen, card, &self->target,
			      -EACCES);
	ASSERT_EQ(0, drmSetMaster(card->fd));
}

/* Its owner of before cannot disturb a new master. */
TEST_F(access, is_that_of_a_new_master)
{
	struct screen *screen = &self->screen, heir = *screen;
	struct buffer target;

	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
	ASSERT_EQ(0, card_open(&heir.card, screen->card.path));
	ASSERT_TRUE(card_is_master(&heir.card));
	ASSERT_EQ(0, screen_target(&heir, &target, 0));
	memset(heir.buffers, 0, sizeof(heir.buffers));
	ASSERT_EQ(0, screen_on(&heir));
	expect_refused(_metadata, &heir, &screen->card, &self->target, -EACCES);
	EXPECT_EQ(-ENOENT, close_fb(&screen->card, target.fb));
	check_capture(_metadata, &heir, &target);
	buffer_destroy(&target);
	buffer_destroy(&heir.buffers[0]);
	buffer_destroy(&heir.buffers[1]);
	card_close(&heir.card);
	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
	ASSERT_EQ(0, screen_on(screen));
}

/* Atomic properties are for those who know of atomic commits. */
TEST_F(access, needs_the_atomic_capability)
{
	struct screen *screen = &self->screen;
	int32_t fence;

	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
	ASSERT_EQ(0, card_open_plain(&self->other, screen->card.path));
	ASSERT_TRUE(card_is_master(&self->other));
	EXPECT_EQ(-EINVAL, write_fb(&self->other, &screen->pipe,
				    self->target.fb, &fence, 0));
	EXPECT_EQ(12345, fence);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
	card_close(&self->other);
	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
}

/*
 * Lessees
 */

static int lend(struct card *lessee, const struct screen *screen,
		uint32_t connector, uint32_t *id)
{
	const uint32_t objects[LESSEE_OBJECTS] = {
		connector, screen->pipe.crtc.id, screen->pipe.plane.id,
	};

	return lessee_open(lessee, &screen->card, objects, id);
}

static void expect_unknown(struct __test_metadata *_metadata,
			   const struct screen *screen,
			   const struct card *card,
			   const struct buffer *target)
{
	uint32_t id = screen->pipe.connector.id;

	expect_refused(_metadata, screen, card, target, -ENOENT);
	expect_refused_legacy(_metadata, screen, card, target, -ENOENT);
	EXPECT_EQ(NULL, drmModeGetConnectorCurrent(card->fd, id));
	EXPECT_EQ(NULL, drmModeObjectGetProperties(card->fd, id,
						   DRM_MODE_OBJECT_CONNECTOR));
	EXPECT_EQ(0, card_count_writebacks(card));
}

/* One with the CRTC and another connector, say, may not even look. */
TEST_F(access, needs_a_lease_of_the_connector)
{
	struct display display;
	uint32_t id;

	if (display_find(&display, &self->screen.card))
		SKIP(return, "no display is connected");
	ASSERT_EQ(0, lend(&self->other, &self->screen, display.id, &id));
	expect_unknown(_metadata, &self->screen, &self->other, &self->target);
	card_close(&self->other);
}

TEST_F(access, ends_with_the_lease)
{
	struct screen *screen = &self->screen;
	uint32_t id;

	ASSERT_EQ(0, lend(&self->other, screen, screen->pipe.connector.id, &id));
	ASSERT_EQ(1, card_count_writebacks(&self->other));
	ASSERT_EQ(0, drmModeRevokeLease(screen->card.fd, id));
	expect_unknown(_metadata, screen, &self->other, &self->target);
	card_close(&self->other);
	EXPECT_EQ(screen->pipe.crtc.id, crtc_of(screen));
}

/* What the lessee had begun to write is written. */
TEST_F(access, to_a_picture_in_flight_outlives_the_lease)
{
	struct screen *screen = &self->screen;
	int32_t fence;
	uint32_t id;

	ASSERT_EQ(0, lend(&self->other, screen, screen->pipe.connector.id, &id));
	ASSERT_EQ(0, write_fb(&self->other, &screen->pipe, self->target.fb,
			      &fence, DRM_MODE_ATOMIC_NONBLOCK));
	ASSERT_EQ(0, drmModeRevokeLease(screen->card.fd, id));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &self->target));
	card_close(&self->other);
}

/*
 * Framebuffers are known by their id to all: who may write to that of another
 * could map it as well, and nobody else may.
 */
TEST_F(access, to_the_framebuffer_of_another_comes_with_that_to_its_memory)
{
	struct screen *screen = &self->screen;
	int32_t fence;
	uint32_t id;

	ASSERT_EQ(0, lend(&self->other, screen, screen->pipe.connector.id, &id));
	EXPECT_NE(0, handle_of(&self->other, self->target.fb));
	EXPECT_EQ(0, write_fb(&self->other, &screen->pipe, self->target.fb,
			      &fence, 0));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &self->target));
	EXPECT_EQ(-ENOENT, close_fb(&self->other, self->target.fb));
	card_close(&self->other);
}

TEST_HARNESS_MAIN
