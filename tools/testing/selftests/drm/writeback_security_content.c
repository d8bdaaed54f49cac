// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a destination holds after a writeback, however that ended: each byte is
 * what was there before, or that of the picture. Never other memory.
 */

#include <signal.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "client.h"
#include "fence.h"
#include "rig.h"
#include "sharing.h"

#define ROUNDS 8

static const struct mode_wish small = { 128, 96, 120 };

/* The reference is a good capture of what all tests capture. */
FIXTURE(content) {
	struct screen screen;
	struct buffer target, reference;
	struct model model;
	bool is_model;
};

FIXTURE_SETUP(content)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	screen_wish(screen, &small);
	self->is_model = !model_find(&self->model, &screen->card);
	if (self->is_model)
		ASSERT_EQ(0, model_behave(&self->model));
	ASSERT_EQ(0, screen_target(screen, &self->target, 0));
	ASSERT_EQ(0, screen_target(screen, &self->reference, 0));
	ASSERT_EQ(0, screen_on(screen));
	ASSERT_EQ(1, screen_capture(screen, 1, &self->reference));
	ASSERT_EQ(NULL, picture_fault(screen->drawn, &self->reference));
}

FIXTURE_TEARDOWN(content)
{
	if (self->is_model)
		model_behave(&self->model);
	buffer_destroy(&self->target);
	buffer_destroy(&self->reference);
	screen_close(&self->screen);
}

/* How many bytes are neither @before nor what the reference has there. */
static size_t strange_bytes(const uint8_t *map, const struct buffer *reference,
			    uint8_t before)
{
	size_t i, strange = 0;

	for (i = 0; i < reference->size; i++)
		strange += map[i] != before && map[i] != reference->map[i];
	return strange;
}

static int start(struct screen *screen, const struct buffer *target,
		 uint32_t flags)
{
	int32_t fence = -1;
	int ret = capture_retry(screen, screen->drawn, target, &fence, flags);

	return ret ? ret : fence;
}

/* Memory is new to the client when it is created, too. */
TEST_F(content, of_a_new_buffer_is_nothing)
{
	struct buffer fresh;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, buffer_create(&fresh, &self->screen.card,
					   self->target.format,
					   self->target.width,
					   self->target.height, NULL));
		ASSERT_EQ(0, buffer_damage(&fresh, 0));
		buffer_poison(&fresh, POISON);
		buffer_destroy(&fresh);
	}
}

static int commit_bad(struct screen *screen, const struct buffer *target,
		      uint64_t fence_ptr, uint32_t flags)
{
	const struct pipe *pipe = &screen->pipe;
	const struct setting settings[] = {
		{ pipe->connector.id, pipe->connector.fb_id, target->fb },
		{ pipe->connector.id, pipe->connector.out_fence_ptr, fence_ptr },
		{ pipe->plane.id, pipe->plane.crtc_w, 1u << 31 },
	};

	return atomic_commit(&screen->card, settings, ARRAY_SIZE(settings),
			     flags);
}

TEST_F(content, after_a_commit_that_is_refused)
{
	struct screen *screen = &self->screen;
	int32_t fence;

	EXPECT_GT(0, commit_bad(screen, &self->target, (uintptr_t)&fence, 0));
	EXPECT_GT(0, commit_bad(screen, &self->target, 8, 0));
	EXPECT_GT(0, commit_bad(screen, &self->target, (uintptr_t)&fence,
				DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(0, capture_retry(screen, NULL, &self->target, NULL,
				   DRM_MODE_ATOMIC_TEST_ONLY));
	sleep_ms(50);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

TEST_F(content, after_the_crtc_went_off)
{
	struct screen *screen = &self->screen;
	unsigned int i, cancelled = 0;
	int fence, status;

	for (i = 0; i < ROUNDS; i++) {
		buffer_poison(&self->target, POISON);
		fence = start(screen, &self->target, DRM_MODE_ATOMIC_NONBLOCK);
		ASSERT_LE(0, fence);
		usleep(i * 1000);
		ASSERT_EQ(0, screen_off(screen));
		status = fence_result(fence, 0);
		ASSERT_TRUE(status == 1 || status == -ECANCELED)
			TH_LOG("status %d", status);
		cancelled += status != 1;
		/* With another picture. */
		ASSERT_EQ(0, screen_on(screen));
		sleep_ms(20);
		ASSERT_EQ(0, strange_bytes(self->target.map, &self->reference,
					   POISON));
		screen_draw(screen, 1);
	}
	TH_LOG("%u of %u pictures were cancelled", cancelled, i);
}

/* Sends its destination, starts to capture into it, waits to be killed. */
static int capture_and_share(int socket, void *data)
{
	struct screen screen;
	struct buffer target;
	int dmabuf;

	(void)data;
	if (screen_open(&screen, NULL))
		return 1;
	screen_wish(&screen, &small);
	if (screen_target(&screen, &target, 0) || screen_on(&screen))
		return 2;
	screen_draw(&screen, 1);
	dmabuf = buffer_export(&target);
	if (dmabuf < 0 || start(&screen, &target, DRM_MODE_ATOMIC_NONBLOCK) < 0 ||
	    socket_send_fd(socket, dmabuf))
		return 3;
	pause();
	return 0;
}

/* The destination of a client that is killed within so many milliseconds. */
static uint8_t *map_of_killed(struct __test_metadata *_metadata, size_t size,
			      unsigned int ms)
{
	struct client client;
	void *map;
	int dmabuf;

	ASSERT_EQ(0, client_start(&client, capture_and_share, NULL));
	dmabuf = socket_receive_fd(client.socket);
	ASSERT_LE(0, dmabuf);
	sleep_ms(ms);
	ASSERT_EQ(SIGKILL, client_end(&client, SIGKILL));
	EXPECT_TRUE(dmabuf_readable(dmabuf, PATIENCE_MS));
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, dmabuf, 0);
	close(dmabuf);
	ASSERT_NE(MAP_FAILED, map);
	return map;
}

TEST_F(content, after_the_client_was_killed)
{
	struct screen *screen = &self->screen;
	size_t size = self->reference.size;
	unsigned int i;
	uint8_t *map;

	ASSERT_EQ(0, screen_off(screen));
	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
	for (i = 0; i < ROUNDS / 2; i++) {
		map = map_of_killed(_metadata, size, 2 * i);
		EXPECT_EQ(0, strange_bytes(map, &self->reference, POISON));
		munmap(map, size);
	}
	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
}

/*
 * Engines in trouble
 */

static void check_trouble(struct __test_metadata *_metadata,
			  struct screen *screen, const struct model *model,
			  struct buffer *target,
			  const struct buffer *reference, const char *knob)
{
	int fence, status;

	buffer_poison(target, POISON);
	ASSERT_EQ(0, model_set(model, knob, 2));
	fence = start(screen, target, DRM_MODE_ATOMIC_NONBLOCK);
	ASSERT_LE(0, fence);
	status = fence_result(fence, PATIENCE_MS);
	EXPECT_GT(0, status) TH_LOG("%s", knob);
	EXPECT_EQ(0, strange_bytes(target->map, reference, POISON))
		TH_LOG("%s, status %d", knob, status);
	ASSERT_EQ(0, model_behave(model));
	/* Nor does it get the next picture, which may be somebody else's. */
	ASSERT_EQ(0, flip_retry(screen, screen_draw(screen, 2), 0));
	sleep_ms(50);
	EXPECT_EQ(0, strange_bytes(target->map, reference, POISON))
		TH_LOG("%s, later", knob);
	screen_draw(screen, 1);
}

TEST_F(content, after_the_engine_failed)
{
	static const char *const knobs[] = {
		"axi_error", "overrun", "busy", "drop", "freeze",
	};
	unsigned int i;

	if (!self->is_model)
		SKIP(return, "the card is no model of a Mali display processor");
	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		check_trouble(_metadata, &self->screen, &self->model,
			      &self->target, &self->reference, knobs[i]);
}

/*
 * Formats
 */

/* A capture of @frame into a new buffer that was full of @before. */
static void capture(struct __test_metadata *_metadata, struct screen *screen,
		    uint32_t fourcc, unsigned int frame, uint8_t before,
		    struct buffer *buffer)
{
	ASSERT_EQ(0, screen_target(screen, buffer, fourcc));
	buffer_poison(buffer, before);
	ASSERT_EQ(1, screen_capture(screen, frame, buffer));
}

/* Bytes that two captures of the same do not both write, or both leave alone. */
static size_t uncertain_bytes(const struct buffer *a, uint8_t before_a,
			      const struct buffer *b, uint8_t before_b)
{
	size_t i, uncertain = 0;

	for (i = 0; i < a->size; i++)
		uncertain += a->map[i] != b->map[i] &&
			     (a->map[i] != before_a || b->map[i] != before_b);
	return uncertain;
}

TEST_F(content, of_all_bytes_is_that_of_the_picture_or_as_before)
{
	struct screen *screen = &self->screen;
	const struct pipe *pipe = &screen->pipe;
	struct buffer a, b;
	unsigned int i;

	for (i = 0; i < pipe->n_formats; i++) {
		capture(_metadata, screen, pipe->formats[i], 7, 0xa5, &a);
		capture(_metadata, screen, pipe->formats[i], 7, 0x5a, &b);
		EXPECT_EQ(0, uncertain_bytes(&a, 0xa5, &b, 0x5a))
			TH_LOG("%s", a.format->name);
		EXPECT_EQ(0, buffer_guard_damage(&a, 0xa5));
		EXPECT_EQ(0, buffer_guard_damage(&b, 0x5a));
		buffer_destroy(&a);
		buffer_destroy(&b);
	}
}

static uint64_t x_bits(const struct buffer *buffer, unsigned int x,
		       unsigned int y)
{
	const struct format *format = buffer->format;
	uint64_t pixel = 0;

	memcpy(&pixel, (char *)buffer_row(buffer, 0, y) + x * format->bytes,
	       format->bytes);
	return pixel >> format->x.shift & ((1ull << format->x.bits) - 1);
}

/* How many pixels have other X bits than the first. */
static size_t odd_pixels(const struct buffer *buffer, uint64_t first)
{
	unsigned int x, y;
	size_t odd = 0;

	for (y = 0; y < buffer->height; y++)
		for (x = 0; x < buffer->width; x++)
			odd += x_bits(buffer, x, y) != first;
	return odd;
}

/* They are the same in all pixels of all pictures. */
TEST_F(content, of_x_bits_tells_nothing)
{
	struct screen *screen = &self->screen;
	const struct pipe *pipe = &screen->pipe;
	struct buffer buffer;
	uint64_t first = 0;
	unsigned int i, frame, formats = 0;

	for (i = 0; i < pipe->n_formats; i++) {
		const struct format *format = format_find(pipe->formats[i]);

		if (!format->x.bits)
			continue;
		formats++;
		for (frame = 1; frame <= 2; frame++) {
			capture(_metadata, screen, format->fourcc, frame,
				POISON, &buffer);
			if (frame == 1)
				first = x_bits(&buffer, 0, 0);
			EXPECT_EQ(0, odd_pixels(&buffer, first))
				TH_LOG("%s", format->name);
			buffer_destroy(&buffer);
		}
	}
	TH_LOG("%u formats with X bits", formats);
}

TEST_HARNESS_MAIN
