// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "request.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const char *const word_names[WORDS] = {
	[FB] = "FB", [FB_2] = "FB_2", [FB_0] = "FB_0",
	[FB_CRTC] = "FB_CRTC", [FB_BLOB] = "FB_BLOB", [FB_GONE] = "FB_GONE",
	[FB_NARROW] = "FB_NARROW", [FB_LOW] = "FB_LOW", [FB_WIDE] = "FB_WIDE",
	[FENCE] = "FENCE", [FENCE_2] = "FENCE_2", [FENCE_0] = "FENCE_0",
	[FENCE_RDONLY] = "FENCE_RDONLY", [FENCE_UNMAPPED] = "FENCE_UNMAPPED",
	[FENCE_KERNEL] = "FENCE_KERNEL", [FENCE_LAST] = "FENCE_LAST",
	[CRTC] = "CRTC", [NO_CRTC] = "NO_CRTC",
	[MODE] = "MODE", [NO_MODE] = "NO_MODE", [ON] = "ON", [OFF] = "OFF",
};

static int add_buffer(struct bench *bench, struct buffer *buffer, int right,
		      int bottom)
{
	struct screen *screen = &bench->screen;

	return buffer_create(buffer, &screen->card,
			     format_find(screen->pipe.formats[0]),
			     screen->picture.width + right,
			     screen->picture.height + bottom, NULL);
}

static int add_buffers(struct bench *bench)
{
	if (add_buffer(bench, &bench->target, 0, 0) ||
	    add_buffer(bench, &bench->target_2, 0, 0) ||
	    add_buffer(bench, &bench->narrow, -16, 0) ||
	    add_buffer(bench, &bench->low, 0, -16) ||
	    add_buffer(bench, &bench->wide, 16, 0) ||
	    add_buffer(bench, &bench->later, 0, 0))
		return -ENOMEM;
	return 0;
}

/* An id that no object has; the next to be created would get it. */
static int free_id(struct bench *bench)
{
	struct buffer gone;
	int ret = add_buffer(bench, &gone, 0, 0);

	if (ret)
		return ret;
	bench->gone = gone.fb;
	buffer_destroy(&gone);
	return 0;
}

static void give_meaning(struct bench *bench)
{
	const struct pipe *pipe = &bench->screen.pipe;
	uint32_t conn = pipe->connector.id, crtc = pipe->crtc.id;
	uint32_t fb = pipe->connector.fb_id;
	uint32_t fence = pipe->connector.out_fence_ptr;
	const struct setting settings[WORDS] = {
		[FB] = { conn, fb, bench->target.fb },
		[FB_2] = { conn, fb, bench->target_2.fb },
		[FB_0] = { conn, fb, 0 },
		[FB_CRTC] = { conn, fb, crtc },
		[FB_BLOB] = { conn, fb, bench->mode_blob },
		[FB_GONE] = { conn, fb, bench->gone },
		[FB_NARROW] = { conn, fb, bench->narrow.fb },
		[FB_LOW] = { conn, fb, bench->low.fb },
		[FB_WIDE] = { conn, fb, bench->wide.fb },
		[FENCE] = { conn, fence, (uintptr_t)&bench->fence },
		[FENCE_2] = { conn, fence, (uintptr_t)&bench->fence_2 },
		[FENCE_0] = { conn, fence, 0 },
		[FENCE_RDONLY] = { conn, fence, (uintptr_t)bench->rdonly },
		[FENCE_UNMAPPED] = { conn, fence, 4096 },
		[FENCE_KERNEL] = { conn, fence, 1ull << 63 },
		[FENCE_LAST] = { conn, fence, ~0ull - 3 },
		[CRTC] = { conn, pipe->connector.crtc_id, crtc },
		[NO_CRTC] = { conn, pipe->connector.crtc_id, 0 },
		[MODE] = { crtc, pipe->crtc.mode_id, bench->mode_blob },
		[NO_MODE] = { crtc, pipe->crtc.mode_id, 0 },
		[ON] = { crtc, pipe->crtc.active, 1 },
		[OFF] = { crtc, pipe->crtc.active, 0 },
	};

	memcpy(bench->settings, settings, sizeof(settings));
}

static int fill(struct bench *bench)
{
	struct screen *screen = &bench->screen;
	int ret;

	bench->rdonly = mmap(NULL, getpagesize(), PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bench->rdonly == MAP_FAILED)
		return -errno;
	ret = drmModeCreatePropertyBlob(screen->card.fd, &screen->mode,
					sizeof(screen->mode),
					&bench->mode_blob);
	if (!ret)
		ret = add_buffers(bench);
	if (!ret)
		ret = screen_on(screen);
	if (!ret)
		ret = free_id(bench);
	if (!ret)
		give_meaning(bench);
	return ret;
}

int bench_open(struct bench *bench)
{
	int ret = screen_open(&bench->screen, NULL);

	return ret ? ret : fill(bench);
}

void bench_close(struct bench *bench)
{
	screen_off(&bench->screen);
	buffer_destroy(&bench->target);
	buffer_destroy(&bench->target_2);
	buffer_destroy(&bench->narrow);
	buffer_destroy(&bench->low);
	buffer_destroy(&bench->wide);
	buffer_destroy(&bench->later);
	screen_close(&bench->screen);
}

static bool has_word(const struct row *row, enum word first, enum word last)
{
	unsigned int i;

	for (i = 0; i < ROW_WORDS; i++)
		if (row->words[i] >= first && row->words[i] <= last)
			return true;
	return false;
}

/* What screen_off() takes away and no word gives back. */
static unsigned int show_plane(const struct screen *screen,
			       struct setting *settings)
{
	const struct pipe *pipe = &screen->pipe;
	const struct buffer *source = screen->drawn;
	uint32_t id = pipe->plane.id;
	const struct setting plane[] = {
		{ id, pipe->plane.fb_id, source->fb },
		{ id, pipe->plane.crtc_id, pipe->crtc.id },
		{ id, pipe->plane.src_w, (uint64_t)source->width << 16 },
		{ id, pipe->plane.src_h, (uint64_t)source->height << 16 },
		{ id, pipe->plane.crtc_w, source->width },
		{ id, pipe->plane.crtc_h, source->height },
	};

	memcpy(settings, plane, sizeof(plane));
	return LENGTH(plane);
}

int bench_try(struct bench *bench, const struct row *row, uint32_t flags)
{
	struct setting settings[ATOMIC_MAX];
	unsigned int n;

	for (n = 0; n < ROW_WORDS && row->words[n]; n++)
		settings[n] = bench->settings[row->words[n]];
	if (has_word(row, ON, ON))
		n += show_plane(&bench->screen, settings + n);
	if (has_word(row, CRTC, OFF))
		flags |= DRM_MODE_ATOMIC_ALLOW_MODESET;
	bench->fence = UNTOUCHED;
	bench->fence_2 = UNTOUCHED;
	return atomic_commit(&bench->screen.card, settings, n, flags);
}

void row_describe(const struct row *row, char *text, size_t size)
{
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < ROW_WORDS && row->words[i] && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s",
				 i ? " " : "", word_names[row->words[i]]);
}

/* Does the kernel refuse this word at once, without looking at the rest? */
static bool ends_request(enum word word)
{
	return (word >= FB_CRTC && word <= FB_GONE) ||
	       (word >= FENCE_RDONLY && word <= FENCE_LAST);
}

bool row_sets(const struct row *row, enum word fence)
{
	unsigned int i;

	for (i = 0; i < ROW_WORDS && !ends_request(row->words[i]); i++)
		if (row->words[i] == fence)
			return true;
	return false;
}

enum word row_last_fence(const struct row *row)
{
	enum word last = FENCE_0;
	unsigned int i;

	for (i = 0; i < ROW_WORDS; i++)
		if (row->words[i] >= FENCE && row->words[i] <= FENCE_0)
			last = row->words[i];
	return last;
}

bool row_writes(const struct row *row)
{
	bool writes = false;
	unsigned int i;

	for (i = 0; i < ROW_WORDS; i++)
		if (row->words[i] >= FB && row->words[i] <= FB_WIDE)
			writes = row->words[i] != FB_0;
	return writes;
}
