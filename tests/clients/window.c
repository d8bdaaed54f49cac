// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "window.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "xdg-shell-client-protocol.h"

static struct wl_buffer *pool_buffer(struct wl_shm *shm, int fd, int32_t width,
				     int32_t height, uint32_t format)
{
	struct wl_shm_pool *pool;
	struct wl_buffer *buffer;

	pool = wl_shm_create_pool(shm, fd, width * height * 4);
	buffer = wl_shm_pool_create_buffer(pool, 0, width, height, width * 4,
					   format);
	wl_shm_pool_destroy(pool);
	return buffer;
}

struct wl_buffer *shm_buffer(struct wl_shm *shm, int32_t width, int32_t height,
			     uint32_t format, uint32_t **pixels, size_t *size)
{
	struct wl_buffer *buffer = NULL;
	int fd = memfd_create("buffer", MFD_CLOEXEC);

	*size = (size_t)width * height * 4;
	if (fd < 0 || ftruncate(fd, *size))
		goto close;
	*pixels = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*pixels != MAP_FAILED)
		buffer = pool_buffer(shm, fd, width, height, format);
close:
	if (fd >= 0)
		close(fd);
	return buffer;
}

static void on_ping(void *data, struct xdg_wm_base *base, uint32_t serial)
{
	xdg_wm_base_pong(base, serial);
}

static const struct xdg_wm_base_listener base_listener = { .ping = on_ping };

static void on_configure(void *data, struct xdg_surface *surface,
			 uint32_t serial)
{
	struct window *window = data;

	xdg_surface_ack_configure(surface, serial);
	window->configured = true;
}

static const struct xdg_surface_listener surface_listener = {
	.configure = on_configure,
};

static void on_toplevel_configure(void *data, struct xdg_toplevel *toplevel,
				  int32_t width, int32_t height,
				  struct wl_array *states)
{
}

static void on_close(void *data, struct xdg_toplevel *toplevel)
{
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = on_toplevel_configure,
	.close = on_close,
};

static void open_toplevel(struct window *window, struct xdg_wm_base *base)
{
	struct xdg_surface *surface;
	struct xdg_toplevel *toplevel;

	xdg_wm_base_add_listener(base, &base_listener, NULL);
	surface = xdg_wm_base_get_xdg_surface(base, window->surface);
	xdg_surface_add_listener(surface, &surface_listener, window);
	toplevel = xdg_surface_get_toplevel(surface);
	xdg_toplevel_add_listener(toplevel, &toplevel_listener, NULL);
	wl_surface_commit(window->surface);
}

int window_open(struct window *window, struct wl_display *display,
		struct wl_compositor *compositor, struct wl_shm *shm,
		struct xdg_wm_base *base)
{
	unsigned int i;
	size_t size;

	window->surface = wl_compositor_create_surface(compositor);
	open_toplevel(window, base);
	for (i = 0; i < 2; i++) {
		window->buffers[i] = shm_buffer(shm, WINDOW_WIDTH, WINDOW_HEIGHT,
						WL_SHM_FORMAT_XRGB8888,
						&window->pixels[i], &size);
		if (!window->buffers[i])
			return -errno;
	}
	/* Before that, a picture would be an error. */
	while (!window->configured)
		if (wl_display_dispatch(display) < 0)
			return -errno;
	return 0;
}

/* Each pixel differs from that of the picture before, and from its neighbours. */
static uint32_t pixel(unsigned int n, unsigned int x, unsigned int y)
{
	return (n * 0x3b3719 + x * 0x010305 + y * 0x050100) & 0xffffff;
}

void window_show(struct window *window, unsigned int n)
{
	uint32_t *pixels = window->pixels[n % 2];
	unsigned int x, y;

	for (y = 0; y < WINDOW_HEIGHT; y++)
		for (x = 0; x < WINDOW_WIDTH; x++)
			*pixels++ = pixel(n, x, y);
	wl_surface_attach(window->surface, window->buffers[n % 2], 0, 0);
	wl_surface_damage(window->surface, 0, 0, WINDOW_WIDTH, WINDOW_HEIGHT);
	wl_surface_commit(window->surface);
}
