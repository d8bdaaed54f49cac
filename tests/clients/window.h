/* SPDX-License-Identifier: GPL-2.0-only */
/* A window on a Wayland desktop, with a new picture whenever it is asked for. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>

#define WINDOW_WIDTH 320
#define WINDOW_HEIGHT 240

struct xdg_wm_base;

struct window {
	struct wl_surface *surface;
	struct wl_buffer *buffers[2];	/* one is on the surface */
	uint32_t *pixels[2];
	bool configured;
};

/*
 * Shared memory as a buffer of WL_SHM_FORMAT_*, 32 bits a pixel: @pixels and
 * @size are what to unmap. NULL: errno says why.
 */
struct wl_buffer *shm_buffer(struct wl_shm *shm, int32_t width, int32_t height,
			     uint32_t format, uint32_t **pixels, size_t *size);

/* Opens the window. -errno. */
int window_open(struct window *window, struct wl_display *display,
		struct wl_compositor *compositor, struct wl_shm *shm,
		struct xdg_wm_base *base);

/* Picture @n, that is seen from the next repaint on; other than @n - 1. */
void window_show(struct window *window, unsigned int n);

#endif
