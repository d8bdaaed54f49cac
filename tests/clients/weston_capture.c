// SPDX-License-Identifier: GPL-2.0-only
/*
 * Captures Weston's desktop while it runs: each picture through the writeback
 * connector, then from the framebuffer that Weston's renderer has drawn. It does
 * not do both in one repaint, so the desktop changes only when this client has
 * its window change: before each picture.
 *
 * Usage: weston_capture COUNT
 *
 * Prints what came of it, as one line. Status 0: COUNT pictures, all of them right
 * and other than the one before.
 */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "weston-output-capture-client-protocol.h"
#include "window.h"
#include "xdg-shell-client-protocol.h"

#define PATIENCE_MS 10000

/* The formats that are compared, as DRM knows them: 8 bits each, blue first. */
#define XRGB8888 0x34325258
#define ARGB8888 0x34325241
#define COLOURS 0x00ffffff
#define POISON 0xa5

enum outcome { PENDING, COMPLETE, RETRY, FAILED };

struct source {
	const char *name;
	struct weston_capture_source_v1 *proxy;
	uint32_t format;
	int32_t width, height;
	struct wl_buffer *buffer;	/* of this format and size */
	uint32_t *pixels;
	size_t size;
	enum outcome outcome;
	char message[80];
};

struct desktop {
	struct wl_display *display;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct wl_output *output;
	struct xdg_wm_base *base;
	struct weston_capture_v1 *capture;
	struct window window;
	struct source writeback, renderer;
	uint32_t *before;		/* the picture before this one */
};

struct count {
	unsigned int right, wrong, failed, same;
	unsigned int *ms, timed;	/* how long each writeback took */
	char why[160];			/* the first that was not right */
};

static void give_up(const char *what)
{
	printf("%s\n", what);
	exit(1);
}

static unsigned int now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The protocol's events */

static void on_format(void *data, struct weston_capture_source_v1 *proxy,
		      uint32_t format)
{
	struct source *source = data;

	source->format = format;
}

static void on_size(void *data, struct weston_capture_source_v1 *proxy,
		    int32_t width, int32_t height)
{
	struct source *source = data;

	source->width = width;
	source->height = height;
}

static void on_complete(void *data, struct weston_capture_source_v1 *proxy)
{
	struct source *source = data;

	source->outcome = COMPLETE;
}

static void on_retry(void *data, struct weston_capture_source_v1 *proxy)
{
	struct source *source = data;

	source->outcome = RETRY;
}

static void on_failed(void *data, struct weston_capture_source_v1 *proxy,
		      const char *message)
{
	struct source *source = data;

	snprintf(source->message, sizeof(source->message), "%s",
		 message ? message : "Weston gives no reason");
	source->outcome = FAILED;
}

static const struct weston_capture_source_v1_listener source_listener = {
	.format = on_format,
	.size = on_size,
	.complete = on_complete,
	.retry = on_retry,
	.failed = on_failed,
};

static void bind_global(struct wl_registry *registry, uint32_t name,
			const char *interface, const struct wl_interface *wanted,
			void *proxy)
{
	if (!strcmp(interface, wanted->name))
		*(void **)proxy = wl_registry_bind(registry, name, wanted, 1);
}

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
		      const char *interface, uint32_t version)
{
	struct desktop *desktop = data;

	bind_global(registry, name, interface, &wl_compositor_interface,
		    &desktop->compositor);
	bind_global(registry, name, interface, &wl_shm_interface,
		    &desktop->shm);
	bind_global(registry, name, interface, &wl_output_interface,
		    &desktop->output);
	bind_global(registry, name, interface, &xdg_wm_base_interface,
		    &desktop->base);
	bind_global(registry, name, interface, &weston_capture_v1_interface,
		    &desktop->capture);
}

static void on_global_remove(void *data, struct wl_registry *registry,
			     uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

/* Set-up */

static void open_source(struct desktop *desktop, struct source *source,
			const char *name, uint32_t kind)
{
	source->name = name;
	source->proxy = weston_capture_v1_create(desktop->capture,
						 desktop->output, kind);
	weston_capture_source_v1_add_listener(source->proxy, &source_listener,
					      source);
}

static void open_desktop(struct desktop *desktop)
{
	struct wl_registry *registry;

	desktop->display = wl_display_connect(NULL);
	if (!desktop->display)
		give_up("cannot connect to Weston");
	registry = wl_display_get_registry(desktop->display);
	wl_registry_add_listener(registry, &registry_listener, desktop);
	wl_display_roundtrip(desktop->display);
	if (!desktop->capture)
		give_up("this Weston has no weston_capture_v1");
	if (!desktop->output)
		give_up("Weston has no output");
	open_source(desktop, &desktop->writeback, "writeback",
		    WESTON_CAPTURE_V1_SOURCE_WRITEBACK);
	open_source(desktop, &desktop->renderer, "framebuffer",
		    WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER);
	wl_display_roundtrip(desktop->display);
	if (!desktop->writeback.format)
		give_up("Weston has no writeback for its output");
}

static void make_buffer(struct desktop *desktop, struct source *source)
{
	uint32_t format = WL_SHM_FORMAT_XRGB8888;

	if (source->format == ARGB8888)
		format = WL_SHM_FORMAT_ARGB8888;
	else if (source->format != XRGB8888)
		give_up("Weston captures in a format that is not compared here");
	source->buffer = shm_buffer(desktop->shm, source->width, source->height,
				    format, &source->pixels, &source->size);
	if (!source->buffer)
		give_up("no memory");
}

static void drop_buffer(struct source *source)
{
	wl_buffer_destroy(source->buffer);
	munmap(source->pixels, source->size);
	source->buffer = NULL;
}

/* Captures */

static void fail_source(struct source *source, const char *message)
{
	snprintf(source->message, sizeof(source->message), "%s", message);
	source->outcome = FAILED;
}

/* Handles events until the capture has ended. */
static void wait_for(struct desktop *desktop, struct source *source)
{
	struct pollfd poller = {
		.fd = wl_display_get_fd(desktop->display),
		.events = POLLIN,
	};
	unsigned int end = now_ms() + PATIENCE_MS;

	while (source->outcome == PENDING) {
		int left = end - now_ms();

		if (wl_display_flush(desktop->display) < 0)
			fail_source(source, "the connection broke");
		else if (left <= 0 || !poll(&poller, 1, left))
			fail_source(source, "no answer");
		else if (wl_display_dispatch(desktop->display) < 0)
			fail_source(source, "the connection broke");
	}
}

static bool capture_once(struct desktop *desktop, struct source *source)
{
	if (!source->buffer)
		make_buffer(desktop, source);
	memset(source->pixels, POISON, source->size);
	source->outcome = PENDING;
	weston_capture_source_v1_capture(source->proxy, source->buffer);
	wait_for(desktop, source);
	return source->outcome == COMPLETE;
}

/* Again when the output has changed meanwhile. */
static bool capture(struct desktop *desktop, struct source *source)
{
	bool done = capture_once(desktop, source);

	if (source->outcome == RETRY) {
		drop_buffer(source);
		done = capture_once(desktop, source);
	}
	return done;
}

/* Waits until there is a background where all was black: nothing moves then. */
static void settle(struct desktop *desktop)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	unsigned int end = now_ms() + PATIENCE_MS;

	do {
		nanosleep(&pause, NULL);
		if ((int)(end - now_ms()) <= 0)
			give_up("Weston's desktop has no background");
		if (!capture(desktop, &desktop->renderer))
			give_up("Weston does not capture its framebuffer");
	} while (!(desktop->renderer.pixels[0] & COLOURS));
}

/* Where two pictures have other colours. */
struct differing {
	size_t pixels;
	int32_t left, right, top, bottom;
};

static void add_pixel(struct differing *differing, int32_t x, int32_t y)
{
	if (!differing->pixels++)
		*differing = (struct differing) { 1, x, x, y, y };
	differing->left = x < differing->left ? x : differing->left;
	differing->right = x > differing->right ? x : differing->right;
	differing->bottom = y;
}

static struct differing differing(const struct source *source,
				  const uint32_t *other)
{
	const uint32_t *pixel = source->pixels;
	struct differing differing = {};
	int32_t x, y;

	for (y = 0; y < source->height; y++)
		for (x = 0; x < source->width; x++)
			if ((*pixel++ ^ *other++) & COLOURS)
				add_pixel(&differing, x, y);
	return differing;
}

static bool changed(struct desktop *desktop)
{
	const struct source *renderer = &desktop->renderer;
	bool changed;

	if (!desktop->before)
		desktop->before = calloc(1, renderer->size);
	if (!desktop->before)
		give_up("no memory");
	changed = differing(renderer, desktop->before).pixels;
	memcpy(desktop->before, renderer->pixels, renderer->size);
	return changed;
}

static void compare(struct desktop *desktop, struct count *count,
		    unsigned int n)
{
	const struct source *writeback = &desktop->writeback;
	const struct source *renderer = &desktop->renderer;
	struct differing wrong;

	if (writeback->size != renderer->size)
		give_up("writeback and framebuffer differ in size");
	wrong = differing(writeback, renderer->pixels);
	if (wrong.pixels && !count->why[0])
		snprintf(count->why, sizeof(count->why),
			 "; picture %u has %zu wrong pixels, from %d,%d to %d,%d",
			 n, wrong.pixels, wrong.left, wrong.top, wrong.right,
			 wrong.bottom);
	*(wrong.pixels ? &count->wrong : &count->right) += 1;
	count->same += !changed(desktop);
}

static void shoot(struct desktop *desktop, struct count *count, unsigned int n)
{
	struct source *failed = NULL;
	unsigned int start;

	window_show(&desktop->window, n);
	start = now_ms();
	if (!capture(desktop, &desktop->writeback))
		failed = &desktop->writeback;
	else
		count->ms[count->timed++] = now_ms() - start;
	if (!failed && !capture(desktop, &desktop->renderer))
		failed = &desktop->renderer;
	if (!failed) {
		compare(desktop, count, n);
		return;
	}
	if (!count->why[0])
		snprintf(count->why, sizeof(count->why), "; picture %u, %s: %s",
			 n, failed->name, failed->message);
	count->failed++;
}

static int by_value(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static void report(const struct desktop *desktop, const struct count *count)
{
	unsigned int n = count->timed;

	qsort(count->ms, n, sizeof(*count->ms), by_value);
	printf("%dx%d, %u right, %u wrong, %u failed", desktop->writeback.width,
	       desktop->writeback.height, count->right, count->wrong,
	       count->failed);
	if (count->same)
		printf(", %u like the one before", count->same);
	if (n)
		printf(", median %u ms, worst %u ms", count->ms[n / 2],
		       count->ms[n - 1]);
	printf("%s\n", count->why);
}

int main(int argc, char **argv)
{
	unsigned int wanted = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	struct desktop desktop = {};
	struct count count = {};
	unsigned int n;

	if (!wanted) {
		fprintf(stderr, "usage: weston_capture COUNT\n");
		return 2;
	}
	count.ms = calloc(wanted, sizeof(*count.ms));
	if (!count.ms)
		give_up("no memory");
	open_desktop(&desktop);
	settle(&desktop);
	if (window_open(&desktop.window, desktop.display, desktop.compositor,
			desktop.shm, desktop.base))
		give_up("cannot open a window");
	/* A Weston that does not answer once does not answer any more. */
	for (n = 1; n <= wanted && count.failed < 3; n++)
		shoot(&desktop, &count, n);
	report(&desktop, &count);
	return count.right != wanted || count.same;
}
