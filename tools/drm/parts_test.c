// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the parts that need no card, in TAP. Usage: parts_test [DIRECTORY]
 * for the files that it writes (and removes); default: /tmp.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <drm_fourcc.h>
#include <png.h>

#include "array.h"
#include "compare.h"
#include "image.h"
#include "mode.h"
#include "picture.h"
#include "stats.h"
#include "video.h"
#include "yuv.h"

#define W 256
#define H 120

static unsigned int tests, failed;
static const char *directory = "/tmp";

static void ok(bool good, const char *what, const char *of)
{
	tests++;
	failed += !good;
	printf("%sok %u %s%s%s\n", good ? "" : "not ", tests, what,
	       *of ? ": " : "", of);
}

/* A buffer in plain memory, with a guard of 8 bytes and of one row. */
static struct buffer make_buffer(const char *name)
{
	const struct format *format = format_find_name(name);
	struct buffer buffer = {
		.format = format,
		.width = W,
		.height = H,
		.plane[0] = {
			.pitch = W * 8 + 8,
			.offset = W * 8 + 8,
			.row_bytes = W * format->bytes,
			.rows = H,
		},
	};

	buffer.plane[1] = buffer.plane[0];
	buffer.plane[1].offset += (H + 1) * buffer.plane[0].pitch;
	if (format_is_yuv(format)) {
		buffer.plane[1].row_bytes = W / format->hsub * 2;
		buffer.plane[1].rows = H / format->vsub;
	}
	buffer.size = buffer.plane[0].pitch * (2 * H + 3);
	buffer.map = malloc(buffer.size);
	if (!buffer.map)
		exit(1);
	buffer_poison(&buffer, 0xa5);
	return buffer;
}

static struct buffer draw_buffer(const char *name, unsigned int frame)
{
	struct picture picture = { .width = W, .height = H, .title = "T-1" };
	struct buffer buffer = make_buffer(name);

	picture_draw(&picture, frame, &buffer);
	return buffer;
}

/* Memory of one pixel, lowest address first, and its 8-bit colours. */
static const struct {
	const char *name;
	uint8_t bytes[8];
	uint8_t r, g, b;
} known[] = {
	{ "XRGB8888", { 0x30, 0x20, 0x10, 0xee }, 0x10, 0x20, 0x30 },
	{ "ARGB8888", { 0x30, 0x20, 0x10, 0xff }, 0x10, 0x20, 0x30 },
	{ "XBGR8888", { 0x10, 0x20, 0x30, 0xee }, 0x10, 0x20, 0x30 },
	{ "RGBX8888", { 0xee, 0x30, 0x20, 0x10 }, 0x10, 0x20, 0x30 },
	{ "BGRA8888", { 0xff, 0x10, 0x20, 0x30 }, 0x10, 0x20, 0x30 },
	{ "RGB888", { 0x30, 0x20, 0x10 }, 0x10, 0x20, 0x30 },
	{ "BGR888", { 0x10, 0x20, 0x30 }, 0x10, 0x20, 0x30 },
	{ "RGB565", { 0x00, 0xf8 }, 0xff, 0x00, 0x00 },
	{ "RGB565", { 0xe0, 0x07 }, 0x00, 0xff, 0x00 },
	{ "BGR565", { 0x00, 0xf8 }, 0x00, 0x00, 0xff },
	{ "XRGB1555", { 0x00, 0xfc }, 0xff, 0x00, 0x00 },
	{ "RGBA5551", { 0x3e, 0x00 }, 0x00, 0x00, 0xff },
	{ "XRGB4444", { 0x0f, 0xe0 }, 0x00, 0x00, 0xff },
	{ "RGBA4444", { 0x00, 0xf0 }, 0xff, 0x00, 0x00 },
	{ "RGB332", { 0xe0 }, 0xff, 0x00, 0x00 },
	{ "XRGB2101010", { 0x00, 0x00, 0xf0, 0x3f }, 0xff, 0x00, 0x00 },
	{ "ABGR2101010", { 0xff, 0x03, 0x00, 0xc0 }, 0xff, 0x00, 0x00 },
	{ "RGBA1010102", { 0x00, 0x00, 0xc0, 0xff }, 0xff, 0x00, 0x00 },
	{ "XRGB16161616", { 0, 0, 0, 0, 0xff, 0xff, 1, 1 }, 0xff, 0, 0 },
	{ "ABGR16161616", { 0xff, 0xff, 0, 0, 0, 0, 1, 1 }, 0xff, 0, 0 },
};

static void test_known(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		struct pixel pixel;

		format_unpack(format_find_name(known[i].name), known[i].bytes,
			      &pixel, 1);
		ok(pixel.r == known[i].r * 257 && pixel.g == known[i].g * 257 &&
		   pixel.b == known[i].b * 257, "memory to colours",
		   known[i].name);
	}
}

static bool covers(const struct format *format)
{
	const struct channel channels[] = {
		format->r, format->g, format->b, format->a, format->x
	};
	uint64_t seen = 0;
	unsigned int i, bits = 0;

	for (i = 0; i < ARRAY_SIZE(channels); i++) {
		seen |= ((1ull << channels[i].bits) - 1) << channels[i].shift;
		bits += channels[i].bits;
	}
	return bits == format->bytes * 8u &&
	       __builtin_popcountll(seen) == (int)bits;
}

static void test_table(void)
{
	unsigned int i;

	for (i = 0; i < format_count; i++) {
		const struct format *format = &format_table[i];

		ok(format_find(format->fourcc) == format &&
		   (format_is_yuv(format) || covers(format)),
		   "each bit of a pixel belongs to one channel", format->name);
	}
}

static void test_widths(void)
{
	unsigned int bits, value;
	bool good = true;

	for (bits = 1; bits <= 16; bits++)
		for (value = 0; value < 1u << bits; value++)
			good &= channel_narrow(channel_widen(value, bits),
					       bits) == value;
	ok(good, "a channel survives widening and narrowing", "");
	ok(channel_widen(0x1f, 5) == 0xffff && !channel_widen(0, 5),
	   "full stays full and none stays none", "");
}

static void test_yuv(void)
{
	static const struct {
		struct pixel rgb;
		struct yuv yuv;
	} rows[] = {
		{ { 0, 0, 0, 0 }, { 16, 128, 128 } },
		{ { 0xffff, 0xffff, 0xffff, 0 }, { 235, 128, 128 } },
		{ { 0xffff, 0, 0, 0 }, { 63, 102, 240 } },
		{ { 0, 0xffff, 0, 0 }, { 173, 42, 26 } },
		{ { 0, 0, 0xffff, 0 }, { 32, 240, 118 } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct yuv yuv = yuv_from_pixel(rows[i].rgb);
		struct pixel back = yuv_to_pixel(rows[i].yuv);

		ok(!memcmp(&yuv, &rows[i].yuv, sizeof(yuv)), "RGB to BT.709",
		   "");
		ok(abs(back.r - rows[i].rgb.r) < 1024 &&
		   abs(back.g - rows[i].rgb.g) < 1024 &&
		   abs(back.b - rows[i].rgb.b) < 1024, "BT.709 to RGB", "");
	}
}

/* Draws a frame in a format, and compares it with XRGB8888 ones. */
static void test_compare_format(const char *name)
{
	struct buffer drawn = draw_buffer("XRGB8888", 5);
	struct buffer other = draw_buffer("XRGB8888", 6);
	struct buffer captured = draw_buffer(name, 5);
	bool coarse = format_depth(captured.format) < 4;
	struct difference at;

	ok(!compare_buffers(&drawn, &captured, 0, &at), "same frame", name);
	ok(compare_buffers(&other, &captured, 0, &at) == 1 &&
	   at.pixels > (coarse ? H : W * H / 2), "another frame", name);
	ok(!buffer_guard_damage(&captured, 0xa5), "drawn inside", name);
	memset(buffer_row(&captured, 0, H - 1) +
	       captured.plane[0].row_bytes - captured.format->bytes, 0x55,
	       captured.format->bytes);
	ok(compare_buffers(&drawn, &captured, 0, &at) == 1 &&
	   at.pixels == 1 && at.x == W - 1 && at.y == H - 1,
	   "the last pixel is wrong", name);
	free(captured.map);
	free(other.map);
	free(drawn.map);
}

static void test_compare(void)
{
	unsigned int i;

	for (i = 0; i < format_count; i++)
		test_compare_format(format_table[i].name);
}

/* How two pictures compare after one byte of a captured pixel has changed. */
static int compare_changed(const char *from, const char *to, unsigned int byte,
			   int change, unsigned int flags)
{
	struct buffer drawn = draw_buffer(from, 1);
	struct buffer captured = draw_buffer(to, 1);
	uint8_t *pixel = buffer_row(&captured, 0, 20);
	int ret;

	pixel += 30 * captured.format->bytes;
	pixel[byte] += change;
	ret = compare_buffers(&drawn, &captured, flags, NULL);
	free(captured.map);
	free(drawn.map);
	return ret;
}

static void test_tolerance(void)
{
	ok(compare_changed("XRGB8888", "XRGB8888", 0, 1, 0) == 1,
	   "the same width: one step is wrong", "");
	ok(!compare_changed("XRGB8888", "XRGB8888", 3, 1, 0),
	   "X bits are ignored", "");
	ok(!compare_changed("XRGB8888", "XRGB8888", 3, 1, COMPARE_ALPHA),
	   "X bits are never alpha", "");
	ok(!compare_changed("XRGB8888", "ARGB8888", 3, 1, 0),
	   "alpha is ignored", "");
	ok(compare_changed("XRGB8888", "ARGB8888", 3, 1, COMPARE_ALPHA) == 1,
	   "alpha is compared when asked for", "");
	ok(compare_changed("XRGB8888", "RGB565", 0, 1, 0) +
	   compare_changed("XRGB8888", "RGB565", 0, -1, 0) == 1,
	   "narrower: rounding to one side only", "");
	ok(compare_changed("XRGB8888", "RGB565", 0, 2, 0) == 1,
	   "narrower: two steps are wrong", "");
	ok(!compare_changed("XRGB8888", "XRGB16161616", 0, 1, 0),
	   "wider: the low bits are free", "");
	ok(compare_changed("XRGB8888", "XRGB16161616", 1, 1, 0) == 1,
	   "wider: the high bits are not", "");
	ok(!compare_changed("XRGB8888", "NV12", 0, 2, 0),
	   "luma: rounding", "");
	ok(compare_changed("XRGB8888", "NV12", 0, 4, 0) == 1,
	   "luma: four steps are wrong", "");
}

/* The luma of a red pixel, whose chroma was left away. */
static void redden(struct buffer *drawn, struct buffer *captured)
{
	struct pixel red = { .r = 0xffff, .a = 0xffff };
	uint8_t *luma = buffer_row(captured, 0, 1);

	memcpy(buffer_row(drawn, 0, 1) + 4, "\0\0\xff\xff", 4);
	luma[1] = yuv_from_pixel(red).y;
}

static void test_chroma(void)
{
	struct buffer drawn = draw_buffer("XRGB8888", 1);
	struct buffer captured = draw_buffer("NV12", 1);
	uint8_t *chroma = buffer_row(&captured, 1, H / 2 - 1);

	chroma[W - 1] ^= 0x80;
	ok(compare_buffers(&drawn, &captured, 0, NULL) == 1,
	   "the last chroma sample is wrong", "");
	chroma[W - 1] ^= 0x80;
	ok(!compare_buffers(&drawn, &captured, 0, NULL),
	   "and right again", "");
	chroma[W - 1] += 2;
	ok(!compare_buffers(&drawn, &captured, 0, NULL),
	   "two steps are rounding", "");
	ok(compare_buffers(&drawn, &captured, COMPARE_ONE_STEP, NULL) == 1,
	   "but no rounding to the nearest", "");
	chroma[W - 1] -= 2;
	redden(&drawn, &captured);
	ok(!compare_buffers(&drawn, &captured, 0, NULL),
	   "chroma of three pixels of four", "");
	ok(compare_buffers(&drawn, &captured, COMPARE_ONE_STEP, NULL) == 1,
	   "but no mean of four pixels", "");
	free(captured.map);
	free(drawn.map);
}

static void test_guard(void)
{
	struct buffer buffer = draw_buffer("NV12", 1);
	uint8_t *end = buffer_row(&buffer, 1, H / 2 - 1);

	ok(buffer_guard_damage(&buffer, 0xa5) == 0, "guards are whole", "");
	end[W] = 0;
	ok(buffer_guard_damage(&buffer, 0xa5) == 1, "a byte too far", "");
	*(uint8_t *)buffer_row(&buffer, 0, H) = 0;
	ok(buffer_guard_damage(&buffer, 0xa5) == 2, "a row too far", "");
	buffer.map[0] = 0;
	ok(buffer_guard_damage(&buffer, 0xa5) == 3, "a row too early", "");
	free(buffer.map);
}

/* Any two frames have no row in common. */
static void test_picture(void)
{
	static const unsigned int frames[] = { 0, 1, 2, 31, 32, 64, 65535 };
	struct picture picture = { .width = W, .height = H, .title = "T-1" };
	struct pixel first[W], second[W];
	unsigned int i, j, y;
	bool good = true;

	for (i = 0; i < ARRAY_SIZE(frames); i++)
		for (j = 0; j < i; j++)
			for (y = 0; y < H; y++) {
				picture_row(&picture, frames[i], y, first);
				picture_row(&picture, frames[j], y, second);
				good &= !!memcmp(first, second, sizeof(first));
			}
	ok(good, "every row tells its frame", "");
}

static void test_modes(void)
{
	static const char *const bad[] = {
		"", "x", "640", "640x", "x480", "0x480", "640x480@", "640x480@0",
		"640x480x", "640x480@60x", "-640x480", "99999x480",
	};
	struct mode_wish wish;
	drmModeModeInfo mode;
	unsigned int i;

	ok(mode_parse("640x480", &wish) && wish.width == 640 &&
	   wish.height == 480 && !wish.refresh, "mode without rate", "");
	ok(mode_parse("1920x1080@50", &wish) && wish.refresh == 50,
	   "mode with rate", "");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ok(!mode_parse(bad[i], &wish), "no mode", bad[i]);

	mode_parse("1920x1080@60", &wish);
	mode_cvt(&mode, &wish);
	ok(mode.htotal == 2080 && mode.vtotal == 1111 &&
	   mode.vsync_end - mode.vsync_start == 5, "CVT timings", "");
	ok(mode_find(&mode, 1, &wish) == &mode, "CVT hits its rate", "");
	wish.refresh = 50;
	ok(!mode_find(&mode, 1, &wish), "and not another", "");
}

static bool png_shows(const char *path, const struct buffer *buffer)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	struct pixel row[W];
	uint8_t *data;
	bool good = false;
	unsigned int x, y;

	if (!png_image_begin_read_from_file(&image, path))
		return false;
	image.format = PNG_FORMAT_RGB;
	data = malloc(PNG_IMAGE_SIZE(image));
	if (data && image.width == W && image.height == H)
		good = png_image_finish_read(&image, NULL, data, 0, NULL);
	for (y = 0; y < H && good; y++) {
		buffer_read_row(buffer, y, row);
		for (x = 0; x < W; x++) {
			const uint8_t *at = data + (y * W + x) * 3;

			good &= at[0] == channel_narrow(row[x].r, 8) &&
				at[1] == channel_narrow(row[x].g, 8) &&
				at[2] == channel_narrow(row[x].b, 8);
		}
	}
	free(data);
	return good;
}

static void test_png(void)
{
	static const char *const names[] = { "XRGB8888", "RGB565", "NV12" };
	char path[PATH_MAX];
	unsigned int i;

	snprintf(path, sizeof(path), "%s/parts_test.png", directory);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct buffer buffer = draw_buffer(names[i], 7);

		ok(!image_write_png(&buffer, path) && png_shows(path, &buffer),
		   "PNG holds the picture", names[i]);
		unlink(path);
		free(buffer.map);
	}
}

static void test_raw(void)
{
	struct buffer buffer = draw_buffer("NV12", 7);
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/parts_test.raw", directory);
	ok(!image_write_raw(&buffer, path), "raw is written", "");
	file = fopen(path, "rb");
	ok(file && !fseek(file, 0, SEEK_END) && ftell(file) == W * H * 3 / 2,
	   "raw has no padding", "");
	if (file)
		fclose(file);
	unlink(path);
	ok(image_write_raw(&buffer, "/dev/null/no") < 0 &&
	   image_write_png(&buffer, "/dev/null/no") < 0,
	   "a file that cannot be written is reported", "");
	free(buffer.map);
}

/* A time that is measured once is the median and the worst. */
static void test_stats_of_one(void)
{
	static const uint32_t times[] = {
		0, 1, 127, 128, 255, 256, 257, 511, 512, 16683, 33333, 1000000,
		123456789, 0x7fffffff, 0xffffffff,
	};
	bool good = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		struct stats stats = { };
		uint32_t median;

		stats_add(&stats, times[i]);
		median = stats_median_us(&stats);
		good &= stats.count == 1 && stats.worst_us == times[i] &&
			median <= times[i] &&
			times[i] - median <= times[i] / 200;
	}
	ok(good, "statistics of one time", "");
}

static void test_stats(void)
{
	struct stats stats = { };
	unsigned int i;

	ok(!stats_median_us(&stats) && !stats.worst_us,
	   "statistics of nothing", "");
	test_stats_of_one();
	for (i = 0; i < 1000; i++)
		stats_add(&stats, i < 500 ? 10000 : 20000);
	stats_add(&stats, 90000);
	ok(stats.count == 1001 && stats.worst_us == 90000,
	   "statistics count all and keep the worst", "");
	ok(abs((int)stats_median_us(&stats) - 20000) < 200,
	   "the median is that in the middle", "");
	for (i = 0; i < 10; i++)
		stats_add(&stats, 1);
	ok(abs((int)stats_median_us(&stats) - 10000) < 100,
	   "and moves with what is added", "");
}

/* The caller frees it. */
static char *header_text(const char *format, const char *mode,
			 unsigned int every)
{
	struct mode_wish wish;
	drmModeModeInfo info;
	struct video video = {
		.format = format_find_name(format),
		.mode = &info,
		.every = every,
	};
	size_t size;
	char *text;
	FILE *file = open_memstream(&text, &size);

	mode_parse(mode, &wish);
	mode_cvt(&info, &wish);
	if (!file || video_header(&video, file))
		exit(1);
	fclose(file);
	return text;
}

static void test_header_is(const char *format, const char *mode,
			   unsigned int every, const char *wanted)
{
	char *text = header_text(format, mode, every);

	ok(!strcmp(text, wanted), "header of YUV4MPEG2", format);
	free(text);
}

static void test_header(void)
{
	/* CVT rounds the clock of 1920x1080@60 down to whole kHz. */
	test_header_is("NV12", "1920x1080@60", 1,
		       "YUV4MPEG2 W1920 H1080 F866575:14443 Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED XMATRIX=BT709\n");
	test_header_is("NV61", "640x480@50", 1,
		       "YUV4MPEG2 W640 H480 F50:1 Ip A1:1 C422 XCOLORRANGE=LIMITED XMATRIX=BT709\n");
	test_header_is("NV24", "640x480@50", 5,
		       "YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C444 XCOLORRANGE=LIMITED XMATRIX=BT709\n");
}

/* Luma as it is, Cb and Cr apart, in this order. */
static bool frame_holds(const uint8_t *data, size_t size,
			const struct buffer *buffer)
{
	const struct buffer_plane *chroma = &buffer->plane[1];
	size_t samples = chroma->rows * chroma->row_bytes / 2;
	unsigned int vu = buffer->format->vu, x, y;
	const uint8_t *cb = data + 6 + W * H, *cr = cb + samples;
	bool good = size == 6 + W * H + 2 * samples &&
		    !memcmp(data, "FRAME\n", 6);

	for (y = 0; y < H && good; y++)
		good = !memcmp(data + 6 + y * W, buffer_row(buffer, 0, y), W);
	for (y = 0; y < chroma->rows && good; y++) {
		const uint8_t *pair = buffer_row(buffer, 1, y);

		for (x = 0; x < chroma->row_bytes / 2; x++, pair += 2)
			good &= *cb++ == pair[vu] && *cr++ == pair[!vu];
	}
	return good;
}

static void test_frame(void)
{
	static const char *const names[] = { "NV12", "NV21", "NV16", "NV42" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct buffer buffer = draw_buffer(names[i], 7);
		size_t size;
		char *data;
		FILE *file = open_memstream(&data, &size);
		bool good = file && !video_frame(&buffer, file);

		if (file)
			fclose(file);
		ok(good && frame_holds((uint8_t *)data, size, &buffer),
		   "a frame of YUV4MPEG2", names[i]);
		free(data);
		free(buffer.map);
	}
}

/* /dev/full takes nothing. */
static void test_video_errors(void)
{
	struct buffer buffer = draw_buffer("NV12", 7);
	FILE *file = fopen("/dev/full", "w");

	if (!file)
		exit(1);
	setvbuf(file, NULL, _IONBF, 0);
	ok(video_frame(&buffer, file) == -ENOSPC,
	   "a frame that cannot be written is reported", "");
	ok(image_put_raw(&buffer, file) == -ENOSPC, "raw too", "");
	fclose(file);
	free(buffer.map);
}

static void test_pixel_formats(void)
{
	static const char *const rows[][2] = {
		{ "XRGB8888", "bgr0" }, { "BGR888", "rgb24" },
		{ "XRGB2101010", "x2rgb10le" }, { "ARGB2101010", NULL },
		{ "NV12", NULL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *name;

		name = video_pixel_format(format_find_name(rows[i][0]));
		ok(rows[i][1] ? name && !strcmp(name, rows[i][1]) : !name,
		   "ffmpeg's name", rows[i][0]);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		directory = argv[1];
	puts("TAP version 13");
	test_known();
	test_table();
	test_widths();
	test_yuv();
	test_compare();
	test_tolerance();
	test_chroma();
	test_guard();
	test_picture();
	test_modes();
	test_png();
	test_raw();
	test_stats();
	test_header();
	test_frame();
	test_video_errors();
	test_pixel_formats();
	printf("1..%u\n", tests);
	printf("# %u passed, %u failed\n", tests - failed, failed);
	return failed ? 1 : 0;
}
