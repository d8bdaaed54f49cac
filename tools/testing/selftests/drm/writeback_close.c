// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a client has routed to a writeback connector ends with the client, however
 * that ends: the next one gets its display, whether it knows of writeback
 * connectors or not, and a display of another client never blinks.
 *
 * WRITEBACK_SEED=N repeats the moments of another run.
 */

#include <signal.h>
#include <sys/wait.h>

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "chance.h"
#include "client.h"
#include "clock.h"
#include "display.h"
#include "flips.h"
#include "lessee.h"

/* A client is killed within so many microseconds of its first capture. */
#define MOMENTS 30000

static const struct mode_wish small = { 128, 96, 120 };

/*
 * The screen is one that looks on: its file stays open, so that no close of
 * another is the last of the card, but is no master.
 */
FIXTURE(close) {
	struct screen screen;
	struct display display;
};

FIXTURE_SETUP(close)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	screen_wish(screen, &small);
	if (display_find(&self->display, &screen->card))
		SKIP(return, "no display is connected");
	ASSERT_EQ(0, display_off(&self->display, screen));
	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
}

FIXTURE_TEARDOWN(close)
{
	EXPECT_EQ(0, drmSetMaster(self->screen.card.fd));
	EXPECT_EQ(0, display_off(&self->display, &self->screen));
	screen_close(&self->screen);
}

static uint64_t read_property(const struct screen *screen, uint32_t object,
			      uint32_t type, const char *name)
{
	uint64_t value = ~0ull;

	card_property(&screen->card, object, type, name, &value);
	return value;
}

static bool is_routed(const struct screen *screen)
{
	return read_property(screen, screen->pipe.connector.id,
			     DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID");
}

static bool is_active(const struct screen *screen)
{
	return read_property(screen, screen->pipe.crtc.id,
			     DRM_MODE_OBJECT_CRTC, "ACTIVE");
}

/* Nothing is left: connector, CRTC and plane. */
static void expect_off(struct __test_metadata *_metadata,
		       const struct screen *screen)
{
	EXPECT_FALSE(is_routed(screen));
	EXPECT_FALSE(is_active(screen));
	EXPECT_EQ(0, read_property(screen, screen->pipe.crtc.id,
				   DRM_MODE_OBJECT_CRTC, "MODE_ID"));
	EXPECT_EQ(0, read_property(screen, screen->pipe.plane.id,
				   DRM_MODE_OBJECT_PLANE, "CRTC_ID"));
}

static void expect_on(struct __test_metadata *_metadata,
		      const struct screen *screen)
{
	EXPECT_TRUE(is_routed(screen));
	EXPECT_TRUE(is_active(screen));
}

/*
 * Clients that are killed
 */

/*
 * How many clients are killed in each of two tests: fewer where that takes long, on
 * a model of hardware or on a kernel that checks itself.
 */
static bool kills_on(unsigned int kills, uint64_t since)
{
	if (kills < 10)
		return true;
	return kills < (getenv("WRITEBACK_MODEL") ? 15 : 50) &&
	       clock_us() - since < 6000000;
}

static struct chance seed_moments(struct __test_metadata *_metadata)
{
	struct chance chance;

	chance_init(&chance);
	TH_LOG("WRITEBACK_SEED=%u", chance.seed);
	return chance;
}

/*
 * Does as a client that captures until somebody stops it, with the next commit
 * on its way before the picture is there.
 */
static int capture_on(int socket, struct screen *screen)
{
	struct buffer target;
	unsigned int frame = 0;

	if (screen_target(screen, &target, 0) || write(socket, "", 1) != 1)
		return 1;
	for (;;) {
		const uint32_t flags = DRM_MODE_ATOMIC_NONBLOCK;
		int32_t fence, next;

		if (capture_retry(screen, screen_draw(screen, ++frame), &target,
				  &fence, flags) ||
		    capture_retry(screen, NULL, &target, &next, flags) ||
		    fence_result(fence, PATIENCE_MS) != 1 ||
		    fence_result(next, PATIENCE_MS) != 1)
			return 1;
	}
}

/* With the CRTC to itself. */
static int capture_alone(int socket, void *data)
{
	struct screen screen;

	(void)data;
	if (screen_open(&screen, NULL))
		return 1;
	screen_wish(&screen, &small);
	return screen_on(&screen) ? 1 : capture_on(socket, &screen);
}

static void start(struct __test_metadata *_metadata, struct client *client,
		  int (*body)(int socket, void *data), void *data)
{
	char ready;

	ASSERT_EQ(0, client_start(client, body, data));
	ASSERT_EQ(1, read(client->socket, &ready, 1));
}

static void expect_killed(struct __test_metadata *_metadata,
			  struct client *client)
{
	int status = client_end(client, SIGKILL);

	EXPECT_TRUE(WIFSIGNALED(status))
		TH_LOG("the client has ended before: %#x", status);
}

static int set_display(const struct card *card, const struct screen *screen,
		       const struct display *display,
		       const struct buffer *source)
{
	const struct pipe *pipe = &screen->pipe;
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	uint32_t blob = 0;

	if (!req || request_add_plane(req, pipe, source))
		abort();
	if (source && drmModeCreatePropertyBlob(card->fd, &screen->mode,
						sizeof(screen->mode), &blob))
		abort();
	drmModeAtomicAddProperty(req, display->id, display->crtc_id,
				 source ? pipe->crtc.id : 0);
	drmModeAtomicAddProperty(req, pipe->crtc.id, pipe->crtc.mode_id, blob);
	drmModeAtomicAddProperty(req, pipe->crtc.id, pipe->crtc.active, !!source);
	return request_commit(card, req, DRM_MODE_ATOMIC_ALLOW_MODESET);
}

/* A client that sees no writeback connectors turns the display on, then off. */
static void check_next(struct __test_metadata *_metadata,
		       const struct screen *screen,
		       const struct display *display)
{
	struct card card;
	struct buffer source;

	ASSERT_EQ(0, card_open_plain(&card, screen->card.path));
	ASSERT_EQ(0, drmSetClientCap(card.fd, DRM_CLIENT_CAP_ATOMIC, 1));
	ASSERT_EQ(0, buffer_create(&source, &card,
				   format_find(DRM_FORMAT_XRGB8888),
				   screen->mode.hdisplay, screen->mode.vdisplay,
				   NULL));
	EXPECT_EQ(0, set_display(&card, screen, display, &source));
	EXPECT_EQ(0, set_display(&card, screen, display, NULL));
	buffer_destroy(&source);
	card_close(&card);
}

TEST_F_TIMEOUT(close, of_a_client_that_is_killed, 60)
{
	struct chance chance = seed_moments(_metadata);
	unsigned int i;
	uint64_t since = clock_us();
	struct client client;

	for (i = 0; kills_on(i, since); i++) {
		start(_metadata, &client, capture_alone, NULL);
		chance_sleep(&chance, MOMENTS);
		expect_killed(_metadata, &client);
		expect_off(_metadata, &self->screen);
		check_next(_metadata, &self->screen, &self->display);
	}
	TH_LOG("%u clients were killed", i);
}

static int capture_once(int socket, void *data)
{
	struct screen screen;
	struct buffer target;

	(void)socket;
	(void)data;
	if (screen_open(&screen, NULL))
		return 1;
	screen_wish(&screen, &small);
	if (screen_target(&screen, &target, 0) || screen_on(&screen))
		return 1;
	return screen_capture(&screen, 1, &target) != 1;
}

TEST_F(close, of_a_client_that_exits)
{
	struct client client;

	ASSERT_EQ(0, client_start(&client, capture_once, NULL));
	ASSERT_EQ(0, client_end(&client, 0));
	expect_off(_metadata, &self->screen);
	check_next(_metadata, &self->screen, &self->display);
}

/* Connector, CRTC and plane, for another client on the same card. */
static int lease(const struct screen *screen, struct card *lessee)
{
	const struct pipe *pipe = &screen->pipe;
	const uint32_t objects[LESSEE_OBJECTS] = {
		pipe->connector.id, pipe->crtc.id, pipe->plane.id,
	};
	uint32_t id;

	return lessee_open(lessee, &screen->card, objects, &id);
}

static int attach(const struct screen *screen, bool attached)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	if (!req || request_add_attached(req, screen, attached))
		abort();
	return request_commit(&screen->card, req, 0);
}

/* With the CRTC of a display that another client shows. */
static int capture_beside(int socket, void *data)
{
	struct screen screen = *(struct screen *)data;
	struct buffer target;

	if (screen_target(&screen, &target, 0) || write(socket, "", 1) != 1)
		return 1;
	do {
		int32_t fence;

		if (attach(&screen, true) ||
		    capture_retry(&screen, NULL, &target, &fence,
				  DRM_MODE_ATOMIC_NONBLOCK) ||
		    fence_result(fence, PATIENCE_MS) != 1)
			return 1;
	} while (!attach(&screen, false));
	return 1;
}

/* The display runs on until a moment. */
static void flip_for(struct __test_metadata *_metadata, struct flips *flips,
		     struct screen *screen, unsigned int us)
{
	unsigned int frames = us / mode_frame_us(&screen->mode), i;

	for (i = 0; i <= frames; i++) {
		screen_draw(screen, i);
		ASSERT_EQ(0, flip_attached(screen, NULL, false, NULL,
					   DRM_MODE_ATOMIC_NONBLOCK |
					   DRM_MODE_PAGE_FLIP_EVENT));
		ASSERT_EQ(0, flips_wait(flips));
	}
	usleep(us % mode_frame_us(&screen->mode));
}

static bool is_live(const struct screen *screen)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	if (!req || request_add_attached(req, screen, true))
		abort();
	return !request_commit(&screen->card, req, DRM_MODE_ATOMIC_TEST_ONLY);
}

TEST_F_TIMEOUT(close, of_a_lessee_that_is_killed_beside_a_display, 60)
{
	struct screen *screen = &self->screen, leased = *screen;
	struct chance chance = seed_moments(_metadata);
	unsigned int i;
	uint64_t since = clock_us();
	struct client client;
	struct flips flips;
	bool blinked = true;

	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
	ASSERT_EQ(0, display_on(&self->display, screen));
	if (!is_live(screen))
		SKIP(goto out, "the driver cannot attach to a running CRTC");
	ASSERT_EQ(0, flips_watch(&flips, screen));

	for (i = 0; kills_on(i, since); i++) {
		ASSERT_EQ(0, lease(screen, &leased.card));
		start(_metadata, &client, capture_beside, &leased);
		card_close(&leased.card);
		flip_for(_metadata, &flips, screen,
			 chance_below(&chance, MOMENTS));
		expect_killed(_metadata, &client);
		EXPECT_FALSE(is_routed(screen));
		EXPECT_TRUE(is_active(screen));
	}
	TH_LOG("%u clients were killed", i);
	flip_for(_metadata, &flips, screen, 0);
	EXPECT_FALSE(flips.backwards);
	ASSERT_EQ(0, flips_end(&flips, &blinked));
	EXPECT_FALSE(blinked);
out:
	ASSERT_EQ(0, display_off(&self->display, screen));
	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
}

/*
 * Whose routing it is
 */

/* The connector alone on its CRTC, in a mode that nobody else sets. */
static int route(const struct card *card, const struct screen *screen,
		 uint32_t flags)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	uint32_t blob;

	if (!req || drmModeCreatePropertyBlob(card->fd, &screen->mode,
					      sizeof(screen->mode), &blob) ||
	    request_add_mode(req, &screen->pipe, blob))
		abort();
	return request_commit(card, req, flags);
}

/* The first client routes and hands over to the second. */
static void hand_over(struct __test_metadata *_metadata,
		      const struct screen *screen, struct card *first,
		      struct card *second)
{
	ASSERT_EQ(0, card_open(first, screen->card.path));
	ASSERT_EQ(0, route(first, screen, DRM_MODE_ATOMIC_ALLOW_MODESET));
	ASSERT_EQ(0, card_open(second, screen->card.path));
	ASSERT_EQ(0, drmDropMaster(first->fd));
	ASSERT_EQ(0, drmSetMaster(second->fd));
}

TEST_F(close, of_another_file_ends_nothing)
{
	struct card first, second;

	ASSERT_EQ(0, card_open(&first, self->screen.card.path));
	ASSERT_EQ(0, route(&first, &self->screen, DRM_MODE_ATOMIC_ALLOW_MODESET));
	ASSERT_EQ(0, card_open(&second, self->screen.card.path));
	card_close(&second);
	expect_on(_metadata, &self->screen);
	card_close(&first);
	expect_off(_metadata, &self->screen);
}

/* Who has routed it anew owns it, also where it was before. */
TEST_F(close, ends_what_was_routed_after_a_handover)
{
	struct card first, second;

	hand_over(_metadata, &self->screen, &first, &second);
	ASSERT_EQ(0, route(&second, &self->screen, 0));
	card_close(&first);
	expect_on(_metadata, &self->screen);
	card_close(&second);
	expect_off(_metadata, &self->screen);
}

TEST_F(close, ends_what_was_routed_before_a_handover)
{
	struct card first, second;

	hand_over(_metadata, &self->screen, &first, &second);
	card_close(&first);
	expect_off(_metadata, &self->screen);
	card_close(&second);
}

TEST_F(close, ends_nothing_for_a_test)
{
	struct card first, second;

	hand_over(_metadata, &self->screen, &first, &second);
	ASSERT_EQ(0, route(&second, &self->screen, DRM_MODE_ATOMIC_TEST_ONLY));
	card_close(&second);
	expect_on(_metadata, &self->screen);
	card_close(&first);
	expect_off(_metadata, &self->screen);
}

/* A modeset that was not allowed. */
TEST_F(close, ends_nothing_for_a_commit_that_failed)
{
	struct screen other = self->screen;
	struct card first, second;

	other.mode.vtotal += 10;
	hand_over(_metadata, &self->screen, &first, &second);
	ASSERT_EQ(-EINVAL, route(&second, &other, 0));
	card_close(&second);
	expect_on(_metadata, &self->screen);
	card_close(&first);
	expect_off(_metadata, &self->screen);
}

TEST_F(close, ends_what_the_property_ioctl_has_routed)
{
	const struct pipe *pipe = &self->screen.pipe;
	struct card first, second;

	hand_over(_metadata, &self->screen, &first, &second);
	ASSERT_EQ(0, drmModeObjectSetProperty(second.fd, pipe->connector.id,
					      DRM_MODE_OBJECT_CONNECTOR,
					      pipe->connector.crtc_id,
					      pipe->crtc.id));
	card_close(&first);
	expect_on(_metadata, &self->screen);
	card_close(&second);
	expect_off(_metadata, &self->screen);
}

/* A client that knows the connector's id and nothing of its capability. */
static int setcrtc(const struct card *card, const struct screen *screen,
		   const struct buffer *source)
{
	uint32_t id = screen->pipe.connector.id;
	drmModeModeInfo mode = screen->mode;

	return drmModeSetCrtc(card->fd, screen->pipe.crtc.id, source->fb, 0, 0,
			      &id, 1, &mode);
}

TEST_F(close, ends_what_setcrtc_has_routed)
{
	struct screen *screen = &self->screen;
	struct card first, second;
	struct buffer source;

	hand_over(_metadata, screen, &first, &second);
	card_close(&second);
	ASSERT_EQ(0, card_open_plain(&second, screen->card.path));
	ASSERT_EQ(0, buffer_create(&source, &second,
				   format_find(DRM_FORMAT_XRGB8888),
				   screen->mode.hdisplay, screen->mode.vdisplay,
				   NULL));
	ASSERT_EQ(0, setcrtc(&second, screen, &source));
	card_close(&first);
	expect_on(_metadata, screen);
	buffer_destroy(&source);
	card_close(&second);
	expect_off(_metadata, screen);
}

/* A lessee is a file of its own, and so is its lessor. */
TEST_F(close, of_a_lessee_ends_what_it_routed)
{
	struct screen *screen = &self->screen;
	struct card lessee;

	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
	ASSERT_EQ(0, lease(screen, &lessee));
	ASSERT_EQ(0, route(&lessee, screen, DRM_MODE_ATOMIC_ALLOW_MODESET));
	expect_on(_metadata, screen);
	card_close(&lessee);
	expect_off(_metadata, screen);
	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
}

TEST_F(close, of_a_lessee_ends_nothing_of_its_lessor)
{
	struct screen *screen = &self->screen;
	struct card lessee;

	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
	ASSERT_EQ(0, route(&screen->card, screen, DRM_MODE_ATOMIC_ALLOW_MODESET));
	ASSERT_EQ(0, lease(screen, &lessee));
	card_close(&lessee);
	expect_on(_metadata, screen);
	ASSERT_EQ(0, screen_off(screen));
	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
}

/* What a client has detached itself is nobody's. */
TEST_F(close, ends_nothing_that_another_has_routed_since)
{
	struct card first, second;

	hand_over(_metadata, &self->screen, &first, &second);
	ASSERT_EQ(0, commit_off(&second, &self->screen.pipe));
	ASSERT_EQ(0, route(&second, &self->screen, DRM_MODE_ATOMIC_ALLOW_MODESET));
	card_close(&first);
	expect_on(_metadata, &self->screen);
	card_close(&second);
	expect_off(_metadata, &self->screen);
}

TEST_HARNESS_MAIN
