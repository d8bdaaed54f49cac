// SPDX-License-Identifier: GPL-2.0-only
/*
 * The example of Documentation/gpu/writeback/clients.rst: a client that shows a
 * picture, captures it through a writeback connector, and compares both
 *
 * Usage: writeback-example [DEVICE]      default: /dev/dri/card0
 *
 * Where the writeback connector can join a display it does, else it is on its
 * own. The exit status is 0 if all captured pictures are right, else 1.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>
#include <linux/sync_file.h>

#include <drm_fourcc.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

struct buffer {
	uint32_t handle, fb, pitch;
	uint64_t size;
	void *pixels;
};

struct card {
	int fd;
	uint32_t writeback;	/* the connector */
	uint32_t display;	/* the connector of a display, or 0 */
	uint32_t crtc, plane;
	unsigned int crtc_index;
	drmModeModeInfo mode;
};

/*
 * Properties
 */

/* The id of an object's property, and its value; 0 if there is none. */
static uint32_t get(int fd, uint32_t object, const char *name, uint64_t *value)
{
	drmModeObjectPropertiesPtr all =
		drmModeObjectGetProperties(fd, object, DRM_MODE_OBJECT_ANY);
	uint32_t id = 0;

	for (uint32_t i = 0; all && !id && i < all->count_props; i++) {
		drmModePropertyPtr prop = drmModeGetProperty(fd, all->props[i]);

		if (prop && !strcmp(prop->name, name)) {
			id = prop->prop_id;
			if (value)
				*value = all->prop_values[i];
		}
		drmModeFreeProperty(prop);
	}
	drmModeFreeObjectProperties(all);

	return id;
}

static void set(drmModeAtomicReqPtr req, int fd, uint32_t object,
		const char *name, uint64_t value)
{
	uint32_t id = get(fd, object, name, NULL);

	if (!id)
		errx(1, "object %u has no property %s", object, name);
	if (drmModeAtomicAddProperty(req, object, id, value) < 0)
		errx(1, "out of memory");
}

/*
 * What the card has
 */

static int open_card(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	/* In this order: writeback needs the atomic cap. */
	if (drmSetClientCap(fd, DRM_CLIENT_CAP_ATOMIC, 1) ||
	    drmSetClientCap(fd, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1))
		errx(1, "%s: no writeback connectors in this driver or kernel", path);

	return fd;
}

/* The CRTCs that can feed a connector, as a mask of their indices. */
static uint32_t possible_crtcs(int fd, drmModeConnectorPtr connector)
{
	uint32_t mask = 0;

	for (int i = 0; i < connector->count_encoders; i++) {
		drmModeEncoderPtr encoder =
			drmModeGetEncoder(fd, connector->encoders[i]);

		mask |= encoder ? encoder->possible_crtcs : 0;
		drmModeFreeEncoder(encoder);
	}

	return mask;
}

static bool is_wanted(const struct card *card, drmModeConnectorPtr connector,
		      bool writeback)
{
	bool is_writeback =
		connector->connector_type == DRM_MODE_CONNECTOR_WRITEBACK;

	return is_writeback == writeback && connector->count_modes &&
	       (writeback || connector->connection == DRM_MODE_CONNECTED) &&
	       possible_crtcs(card->fd, connector) & (1u << card->crtc_index);
}

/* The first connector of a kind on the card's CRTC, and its first mode. */
static uint32_t find_connector(struct card *card, drmModeResPtr res, bool writeback)
{
	uint32_t id = 0;

	for (int i = 0; !id && i < res->count_connectors; i++) {
		drmModeConnectorPtr connector =
			drmModeGetConnector(card->fd, res->connectors[i]);

		if (connector && is_wanted(card, connector, writeback)) {
			id = connector->connector_id;
			card->mode = connector->modes[0];
		}
		drmModeFreeConnector(connector);
	}

	return id;
}

static uint32_t find_plane(const struct card *card)
{
	drmModePlaneResPtr planes = drmModeGetPlaneResources(card->fd);
	uint32_t id = 0;

	for (uint32_t i = 0; planes && !id && i < planes->count_planes; i++) {
		drmModePlanePtr plane = drmModeGetPlane(card->fd, planes->planes[i]);
		uint64_t type = 0;

		get(card->fd, planes->planes[i], "type", &type);
		if (plane && type == DRM_PLANE_TYPE_PRIMARY &&
		    plane->possible_crtcs & (1u << card->crtc_index))
			id = plane->plane_id;
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(planes);

	return id;
}

/* Can it write the format of this program? */
static bool can_write(const struct card *card, uint32_t format)
{
	drmModePropertyBlobPtr blob;
	const uint32_t *formats;
	bool found = false;
	uint64_t id;

	if (!get(card->fd, card->writeback, "WRITEBACK_PIXEL_FORMATS", &id))
		return false;
	blob = drmModeGetPropertyBlob(card->fd, id);
	if (!blob)
		return false;

	formats = blob->data;
	for (uint32_t i = 0; i < blob->length / sizeof(*formats); i++)
		found |= formats[i] == format;
	drmModeFreePropertyBlob(blob);

	return found;
}

static void find_pipeline(struct card *card)
{
	drmModeResPtr res = drmModeGetResources(card->fd);

	if (!res)
		errx(1, "this is no display device");
	for (int i = 0; !card->writeback && i < res->count_crtcs; i++) {
		card->crtc_index = i;
		card->crtc = res->crtcs[i];
		card->writeback = find_connector(card, res, true);
	}
	if (!card->writeback)
		errx(1, "there is no writeback connector");
	card->display = find_connector(card, res, false);
	card->plane = find_plane(card);
	drmModeFreeResources(res);

	if (!can_write(card, DRM_FORMAT_XRGB8888))
		errx(1, "the writeback connector cannot write XRGB8888");
}

/*
 * Buffers
 */

static void create_buffer(const struct card *card, struct buffer *buffer)
{
	uint32_t width = card->mode.hdisplay, height = card->mode.vdisplay;
	uint32_t handles[4] = { 0 }, pitches[4] = { 0 }, offsets[4] = { 0 };
	uint64_t offset;

	if (drmModeCreateDumbBuffer(card->fd, width, height, 32, 0,
				    &buffer->handle, &buffer->pitch, &buffer->size))
		err(1, "creating a buffer");

	handles[0] = buffer->handle;
	pitches[0] = buffer->pitch;
	if (drmModeAddFB2(card->fd, width, height, DRM_FORMAT_XRGB8888, handles,
			  pitches, offsets, &buffer->fb, 0))
		err(1, "creating a framebuffer");

	if (drmModeMapDumbBuffer(card->fd, buffer->handle, &offset))
		err(1, "mapping a buffer");
	buffer->pixels = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE,
			      MAP_SHARED, card->fd, offset);
	if (buffer->pixels == MAP_FAILED)
		err(1, "mapping a buffer");
}

static uint32_t *row_of(const struct buffer *buffer, unsigned int y)
{
	return (uint32_t *)((char *)buffer->pixels + (size_t)y * buffer->pitch);
}

/* Another picture for each seed; no two pixels in a row are the same. */
static void draw(const struct card *card, const struct buffer *buffer,
		 unsigned int seed)
{
	for (unsigned int y = 0; y < card->mode.vdisplay; y++)
		for (unsigned int x = 0; x < card->mode.hdisplay; x++)
			row_of(buffer, y)[x] = (x * 0x010305 + y * 0x020100) ^
					       (seed * 0x3b5a7d);
}

/* How many pixels differ. The X bits of the format mean nothing. */
static unsigned int compare(const struct card *card, const struct buffer *shown,
			    const struct buffer *captured)
{
	unsigned int wrong = 0;

	for (unsigned int y = 0; y < card->mode.vdisplay; y++)
		for (unsigned int x = 0; x < card->mode.hdisplay; x++)
			wrong += ((row_of(shown, y)[x] ^ row_of(captured, y)[x]) &
				  0xffffff) != 0;

	return wrong;
}

/*
 * Commits
 */

/* Show a picture, without capturing it. */
static void show(const struct card *card, const struct buffer *picture)
{
	uint32_t width = card->mode.hdisplay, height = card->mode.vdisplay;
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int fd = card->fd;
	uint32_t mode;

	if (drmModeCreatePropertyBlob(fd, &card->mode, sizeof(card->mode), &mode))
		err(1, "creating a mode");

	set(req, fd, card->display ? card->display : card->writeback, "CRTC_ID",
	    card->crtc);
	set(req, fd, card->crtc, "MODE_ID", mode);
	set(req, fd, card->crtc, "ACTIVE", 1);
	set(req, fd, card->plane, "CRTC_ID", card->crtc);
	set(req, fd, card->plane, "FB_ID", picture->fb);
	set(req, fd, card->plane, "SRC_X", 0);
	set(req, fd, card->plane, "SRC_Y", 0);
	set(req, fd, card->plane, "SRC_W", (uint64_t)width << 16);
	set(req, fd, card->plane, "SRC_H", (uint64_t)height << 16);
	set(req, fd, card->plane, "CRTC_X", 0);
	set(req, fd, card->plane, "CRTC_Y", 0);
	set(req, fd, card->plane, "CRTC_W", width);
	set(req, fd, card->plane, "CRTC_H", height);
	if (drmModeAtomicCommit(fd, req, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL))
		err(1, "showing a picture");
	drmModeAtomicFree(req);
}

/* A test has the same verdict as the commit. Capturing should not need a modeset. */
static uint32_t flags_for(const struct card *card, drmModeAtomicReqPtr req)
{
	const uint32_t test = DRM_MODE_ATOMIC_TEST_ONLY;

	if (!drmModeAtomicCommit(card->fd, req, test, NULL))
		return 0;
	if (!drmModeAtomicCommit(card->fd, req,
				 test | DRM_MODE_ATOMIC_ALLOW_MODESET, NULL))
		return DRM_MODE_ATOMIC_ALLOW_MODESET;

	err(1, "testing a commit");
}

/*
 * Show another picture and capture it. If @fence is given, it gets the fence of
 * the captured picture. The picture is written once: the next commit without
 * WRITEBACK_FB_ID writes nothing.
 */
static void capture(const struct card *card, const struct buffer *picture,
		    const struct buffer *destination, int *fence)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int fd = card->fd;

	set(req, fd, card->plane, "FB_ID", picture->fb);
	set(req, fd, card->writeback, "CRTC_ID", card->crtc);
	set(req, fd, card->writeback, "WRITEBACK_FB_ID", destination->fb);
	if (fence)
		set(req, fd, card->writeback, "WRITEBACK_OUT_FENCE_PTR",
		    (uintptr_t)fence);
	if (drmModeAtomicCommit(fd, req, flags_for(card, req) |
				DRM_MODE_ATOMIC_NONBLOCK, NULL))
		err(1, "capturing");
	drmModeAtomicFree(req);
}

/* The connector leaves the CRTC. With nothing else there the CRTC has to go off. */
static void detach(const struct card *card)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int fd = card->fd;

	set(req, fd, card->writeback, "CRTC_ID", 0);
	if (!card->display) {
		set(req, fd, card->crtc, "ACTIVE", 0);
		set(req, fd, card->crtc, "MODE_ID", 0);
		set(req, fd, card->plane, "CRTC_ID", 0);
		set(req, fd, card->plane, "FB_ID", 0);
	}
	if (drmModeAtomicCommit(fd, req, flags_for(card, req), NULL))
		err(1, "detaching");
	drmModeAtomicFree(req);
}

/*
 * Fences
 */

/* The fences of those who write to a buffer, as a file. */
static int fence_of(const struct card *card, const struct buffer *buffer)
{
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_READ };
	int dmabuf;

	if (drmPrimeHandleToFD(card->fd, buffer->handle, DRM_CLOEXEC, &dmabuf))
		err(1, "exporting a buffer");
	if (ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export))
		err(1, "exporting the fence of a buffer");
	close(dmabuf);

	return export.fd;
}

/* Until the fence has signalled. Returns its status: 1, or a negative errno. */
static int wait_for(int fence)
{
	struct pollfd pollfd = { .fd = fence, .events = POLLIN };
	struct sync_file_info info = { 0 };

	/* A kernel where fences always signal needs no limit. */
	if (poll(&pollfd, 1, 15000) != 1)
		errx(1, "the fence does not signal");
	if (ioctl(fence, SYNC_IOC_FILE_INFO, &info))
		err(1, "asking for the status of a fence");
	close(fence);

	return info.status;
}

/* Returns whether the picture is complete and right. */
static bool is_right(const struct card *card, const struct buffer *picture,
		     const struct buffer *destination, int status,
		     const char *sync)
{
	unsigned int wrong;

	if (status != 1) {
		printf("%s sync: no picture: %s\n", sync, strerror(-status));
		return false;
	}
	wrong = compare(card, picture, destination);
	printf("%s sync: %ux%u, %u pixels are wrong\n", sync,
	       card->mode.hdisplay, card->mode.vdisplay, wrong);

	return !wrong;
}

int main(int argc, char **argv)
{
	struct card card = { 0 };
	struct buffer first, second, destination;
	int fence = -1;
	bool right;

	card.fd = open_card(argc > 1 ? argv[1] : "/dev/dri/card0");
	find_pipeline(&card);
	create_buffer(&card, &first);
	create_buffer(&card, &second);
	create_buffer(&card, &destination);
	draw(&card, &first, 1);
	draw(&card, &second, 2);
	show(&card, &second);

	capture(&card, &first, &destination, &fence);
	right = is_right(&card, &first, &destination, wait_for(fence), "explicit");

	memset(destination.pixels, 0, destination.size);
	capture(&card, &second, &destination, NULL);
	right &= is_right(&card, &second, &destination,
			  wait_for(fence_of(&card, &destination)), "implicit");
	detach(&card);

	return !right;
}
