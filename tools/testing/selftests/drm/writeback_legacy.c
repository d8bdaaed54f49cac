// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces older than writeback, used on a writeback connector: by clients
 * that do not know what it is, by leases, and by clients inside of the kernel.
 */

#include <fcntl.h>

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "client.h"
#include "clock.h"
#include "display.h"
#include "screen.h"

FIXTURE(legacy) {
	struct screen screen;
	struct buffer target;
	uint32_t id;
};

FIXTURE_SETUP(legacy)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_target(&self->screen, &self->target, 0));
	ASSERT_EQ(0, screen_on(&self->screen));
	self->id = self->screen.pipe.connector.id;
}

FIXTURE_TEARDOWN(legacy)
{
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

static uint64_t read_property(const struct card *card, uint32_t object,
			      uint32_t type, const char *name)
{
	uint64_t value = ~0ull;

	card_property(card, object, type, name, &value);
	return value;
}

static bool is_active(const struct screen *screen)
{
	return read_property(&screen->card, screen->pipe.crtc.id,
			     DRM_MODE_OBJECT_CRTC, "ACTIVE") == 1;
}

static void check_capture(struct __test_metadata *_metadata,
			  struct screen *screen, struct buffer *target,
			  unsigned int frame)
{
	buffer_poison(target, POISON);
	EXPECT_EQ(1, screen_capture(screen, frame, target));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, target));
}

/*
 * The capability hides the connector from the list only: who knows its id may
 * ask for it, but sees none of the atomic properties.
 */
TEST_F(legacy, getconnector_without_the_capability)
{
	drmModeConnector *connector;
	struct card card;

	ASSERT_EQ(0, card_open_plain(&card, self->screen.card.path));
	connector = drmModeGetConnectorCurrent(card.fd, self->id);
	ASSERT_NE(NULL, connector);
	EXPECT_EQ(DRM_MODE_CONNECTOR_WRITEBACK, connector->connector_type);
	EXPECT_EQ(0, card_property(&card, self->id, DRM_MODE_OBJECT_CONNECTOR,
				   "WRITEBACK_FB_ID", NULL));
	EXPECT_EQ(0, card_property(&card, self->id, DRM_MODE_OBJECT_CONNECTOR,
				   "WRITEBACK_OUT_FENCE_PTR", NULL));
	drmModeFreeConnector(connector);
	card_close(&card);
}

/* Opens the screen's card as a client without capabilities, and master. */
static int open_as_master(struct card *card, const struct screen *screen)
{
	int ret = drmDropMaster(screen->card.fd);

	if (!ret)
		ret = card_open_plain(card, screen->card.path);
	return ret ? ret : drmSetMaster(card->fd);
}

/*
 * SETCRTC gives the CRTC its mode and its picture, also for a client without
 * the capability. Nothing is written, not even where was written before.
 */
TEST_F(legacy, setcrtc_on_the_connector)
{
	struct screen *screen = &self->screen;
	struct buffer source;
	struct card card;

	check_capture(_metadata, screen, &self->target, 1);
	buffer_poison(&self->target, POISON);
	ASSERT_EQ(0, screen_off(screen));
	ASSERT_EQ(0, open_as_master(&card, screen));
	ASSERT_EQ(0, buffer_create(&source, &card, screen->drawn->format,
				   screen->mode.hdisplay,
				   screen->mode.vdisplay, NULL));
	EXPECT_EQ(0, drmModeSetCrtc(card.fd, screen->pipe.crtc.id, source.fb,
				    0, 0, &self->id, 1, &screen->mode));
	EXPECT_TRUE(is_active(screen));
	EXPECT_EQ(screen->pipe.crtc.id,
		  read_property(&screen->card, self->id,
				DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID"));
	sleep_ms(100);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));

	ASSERT_EQ(0, drmDropMaster(card.fd));
	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
	check_capture(_metadata, screen, &self->target, 2);
	buffer_destroy(&source);
	card_close(&card);
}

TEST_F(legacy, setcrtc_off_ends_a_capture)
{
	struct screen *screen = &self->screen;
	int32_t fence;
	int status;

	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 1),
				   &self->target, &fence,
				   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(0, drmModeSetCrtc(screen->card.fd, screen->pipe.crtc.id, 0,
				    0, 0, NULL, 0, NULL));
	status = fence_result(fence, 0);
	EXPECT_TRUE(status == 1 || status == -ECANCELED)
		TH_LOG("status %d", status);
}

TEST_F(legacy, pageflip_writes_nothing)
{
	struct screen *screen = &self->screen;

	check_capture(_metadata, screen, &self->target, 1);
	buffer_poison(&self->target, POISON);
	EXPECT_EQ(0, drmModePageFlip(screen->card.fd, screen->pipe.crtc.id,
				     screen_draw(screen, 2)->fb, 0, NULL));
	sleep_ms(100);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

/* The page flip replaces what the picture is made from. */
TEST_F(legacy, pageflip_after_a_capture)
{
	struct screen *screen = &self->screen;
	const struct buffer *source = screen_draw(screen, 1);
	int32_t fence;
	int ret;

	ASSERT_EQ(0, capture_retry(screen, source, &self->target, &fence,
				   DRM_MODE_ATOMIC_NONBLOCK));
	do {
		ret = drmModePageFlip(screen->card.fd, screen->pipe.crtc.id,
				      screen_draw(screen, 2)->fb, 0, NULL);
		screen->drawn = source;
	} while (ret == -EBUSY);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(source, &self->target));
}

/* A property set by the older ioctl is an atomic commit of its own. */
TEST_F(legacy, setproperty_of_fb_id_writes)
{
	struct screen *screen = &self->screen;
	const struct buffer *source = screen->drawn;
	struct buffer second;

	ASSERT_EQ(0, screen_target(screen, &second, 0));
	EXPECT_EQ(0, drmModeObjectSetProperty(screen->card.fd, self->id,
					      DRM_MODE_OBJECT_CONNECTOR,
					      screen->pipe.connector.fb_id,
					      self->target.fb));
	check_capture(_metadata, screen, &second, 1);
	EXPECT_EQ(NULL, picture_fault(source, &self->target));
	buffer_destroy(&second);
}

TEST_F(legacy, setproperty_of_a_fence_alone_is_refused)
{
	struct screen *screen = &self->screen;
	int32_t fence = 0;

	EXPECT_EQ(-EINVAL,
		  drmModeObjectSetProperty(screen->card.fd, self->id,
					   DRM_MODE_OBJECT_CONNECTOR,
					   screen->pipe.connector.out_fence_ptr,
					   (uintptr_t)&fence));
	EXPECT_EQ(-1, fence);
}

static int set_dpms(const struct screen *screen, uint32_t connector,
		    uint64_t mode)
{
	uint32_t id = card_property(&screen->card, connector,
				    DRM_MODE_OBJECT_CONNECTOR, "DPMS", NULL);

	return drmModeConnectorSetProperty(screen->card.fd, connector, id,
					   mode);
}

/* Alone on its CRTC, the connector decides. */
TEST_F(legacy, dpms_of_the_connector_alone)
{
	struct screen *screen = &self->screen;
	int32_t fence = 0;

	EXPECT_EQ(0, set_dpms(screen, self->id, DRM_MODE_DPMS_OFF));
	EXPECT_FALSE(is_active(screen));
	EXPECT_EQ(-EINVAL, capture_retry(screen, NULL, &self->target, &fence,
					 0));
	EXPECT_EQ(-1, fence);
	EXPECT_EQ(0, set_dpms(screen, self->id, DRM_MODE_DPMS_ON));
	EXPECT_TRUE(is_active(screen));
	check_capture(_metadata, screen, &self->target, 1);
}

TEST_F(legacy, dpms_off_ends_a_capture)
{
	struct screen *screen = &self->screen;
	int32_t fence;
	int status;

	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 1),
				   &self->target, &fence,
				   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(0, set_dpms(screen, self->id, DRM_MODE_DPMS_OFF));
	status = fence_result(fence, 0);
	EXPECT_TRUE(status == 1 || status == -ECANCELED)
		TH_LOG("status %d", status);
	EXPECT_EQ(0, set_dpms(screen, self->id, DRM_MODE_DPMS_ON));
}

/* Adds the display to the CRTC that the writeback connector is on. */
static int add_display(const struct screen *screen,
		       const struct display *display)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	drmModeAtomicAddProperty(req, display->id, display->crtc_id,
				 screen->pipe.crtc.id);
	return request_commit(&screen->card, req,
			      DRM_MODE_ATOMIC_ALLOW_MODESET);
}

/* Beside a display, the connector has no say. */
TEST_F(legacy, dpms_of_the_display_beside_the_connector)
{
	struct screen *screen = &self->screen;
	struct display display;

	if (display_find(&display, &screen->card))
		SKIP(return, "no display is connected");
	if (add_display(screen, &display))
		SKIP(return, "the driver cannot capture beside a display");
	EXPECT_EQ(0, set_dpms(screen, display.id, DRM_MODE_DPMS_OFF));
	EXPECT_FALSE(is_active(screen));
	EXPECT_EQ(0, set_dpms(screen, display.id, DRM_MODE_DPMS_ON));
	EXPECT_TRUE(is_active(screen));
}

/* Leaves its connector on the CRTC. */
static int capture_and_exit(int socket, void *data)
{
	struct screen screen;
	struct buffer target;

	(void)socket;
	(void)data;
	if (screen_open(&screen, NULL) || screen_target(&screen, &target, 0) ||
	    screen_on(&screen))
		return 1;
	return screen_capture(&screen, 1, &target) != 1;
}

/* A client that has never heard of writeback wants its display back. */
TEST_F(legacy, setcrtc_of_a_display_after_a_capture_client)
{
	struct screen *screen = &self->screen;
	struct client client;
	struct buffer source;
	struct card card;
	uint32_t crtc = screen->pipe.crtc.id;
	drmModeModeInfo mode = screen->mode;
	struct display display;

	if (display_find(&display, &screen->card))
		SKIP(return, "no display is connected");
	buffer_destroy(&self->target);
	screen_close(screen);
	ASSERT_EQ(0, client_start(&client, capture_and_exit, NULL));
	ASSERT_EQ(0, client_end(&client, 0));

	ASSERT_EQ(0, card_open_plain(&card, screen->card.path));
	ASSERT_EQ(0, buffer_create(&source, &card,
				   format_find(DRM_FORMAT_XRGB8888),
				   mode.hdisplay, mode.vdisplay, NULL));
	EXPECT_EQ(0, drmModeSetCrtc(card.fd, crtc, source.fb, 0, 0,
				    &display.id, 1, &mode));
	EXPECT_EQ(0, drmModeSetCrtc(card.fd, crtc, 0, 0, 0, NULL, 0, NULL));
	buffer_destroy(&source);
	card_close(&card);
}

/* Is there a console on the card? debugfs lists such clients, one a line. */
static bool has_kernel_client(const struct card *card)
{
	const char *minor = card->path + strcspn(card->path, "0123456789");
	char path[128], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/dri/%s/internal_clients", minor);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	return line[0];
}

/* When the last client has gone, the kernel's console takes what it wants. */
TEST_F(legacy, kernel_clients_do_not_use_the_connector)
{
	struct screen *screen = &self->screen;
	struct client client;
	struct card card;

	if (!has_kernel_client(&screen->card))
		SKIP(return, "no client in the kernel uses the card");
	buffer_destroy(&self->target);
	screen_close(screen);
	ASSERT_EQ(0, client_start(&client, capture_and_exit, NULL));
	ASSERT_EQ(0, client_end(&client, 0));

	ASSERT_EQ(0, card_open(&card, screen->card.path));
	EXPECT_EQ(0, read_property(&card, self->id, DRM_MODE_OBJECT_CONNECTOR,
				   "CRTC_ID"));
	card_close(&card);
}

/* Reads as somebody who has just come. */
static uint64_t crtc_of(const char *path, uint32_t connector)
{
	uint64_t id = ~0ull;
	struct card card;

	if (card_open(&card, path))
		return id;
	id = read_property(&card, connector, DRM_MODE_OBJECT_CONNECTOR,
			   "CRTC_ID");
	card_close(&card);
	return id;
}

/* Without a display, the console does not take the next best connector. */
TEST_F(legacy, kernel_clients_without_a_display_do_not_use_the_connector)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	struct screen *screen = &self->screen;
	struct card card = screen->card;
	struct display display;
	uint64_t lit;

	if (!has_kernel_client(&card))
		SKIP(return, "no client in the kernel uses the card");
	if (display_find(&display, &card))
		SKIP(return, "no display is connected");
	buffer_destroy(&self->target);
	screen_close(screen);
	ASSERT_EQ(0, display_force(&display, &card, "off"));
	while (crtc_of(card.path, display.id) && clock_us() < end)
		usleep(10 * 1000);
	lit = crtc_of(card.path, display.id);
	EXPECT_EQ(0, crtc_of(card.path, self->id));
	EXPECT_EQ(0, display_force(&display, &card, "detect"));
	if (lit)
		SKIP(return, "the driver does not see that a display goes");
}

/*
 * Opens a lease of the connector, its CRTC and its plane; the latter comes by
 * itself when the lessor does not know of planes.
 */
static int lease(const struct screen *screen, const struct card *lessor,
		 bool knows_planes, struct card *lessee)
{
	uint32_t objects[] = {
		screen->pipe.connector.id,
		screen->pipe.crtc.id,
		screen->pipe.plane.id,
	};
	uint32_t id;
	int fd = drmModeCreateLease(lessor->fd, objects,
				     knows_planes ? 3 : 2, O_CLOEXEC, &id);

	*lessee = *lessor;
	lessee->fd = fd;
	return fd < 0 ? fd : 0;
}

static int count_connectors(const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int count = res ? res->count_connectors : -1;

	drmModeFreeResources(res);
	return count;
}

static int set_cap(const struct card *card, uint64_t cap)
{
	return drmSetClientCap(card->fd, cap, 1);
}

/* A lessee is a client of its own: it needs the capability too. */
TEST_F(legacy, lease_can_capture)
{
	struct screen *screen = &self->screen;
	struct card lessor = screen->card, lessee;

	buffer_destroy(&self->target);
	ASSERT_EQ(0, lease(screen, &lessor, true, &lessee));
	EXPECT_EQ(0, count_connectors(&lessee));
	ASSERT_EQ(0, set_cap(&lessee, DRM_CLIENT_CAP_UNIVERSAL_PLANES));
	ASSERT_EQ(0, set_cap(&lessee, DRM_CLIENT_CAP_ATOMIC));
	EXPECT_EQ(0, count_connectors(&lessee));
	ASSERT_EQ(0, set_cap(&lessee, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS));
	EXPECT_EQ(1, count_connectors(&lessee));

	screen->card = lessee;
	ASSERT_EQ(0, screen_target(screen, &self->target, 0));
	memset(screen->buffers, 0, sizeof(screen->buffers));
	ASSERT_EQ(0, screen_on(screen));
	check_capture(_metadata, screen, &self->target, 1);
	buffer_destroy(&self->target);
	screen_close(screen);
	card_close(&lessor);
}

/*
 * A lessor without the capability may lease what it cannot see; the lessee gets
 * no more than it asks for itself.
 */
TEST_F(legacy, lease_without_the_capability)
{
	const struct screen *screen = &self->screen;
	struct card lessor, lessee;

	ASSERT_EQ(0, open_as_master(&lessor, screen));
	EXPECT_EQ(0, lease(screen, &lessor, false, &lessee));
	EXPECT_EQ(0, count_connectors(&lessee));
	card_close(&lessee);
	card_close(&lessor);
	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
}

TEST_HARNESS_MAIN
