// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for the pixels of the model of the Mali Display Processor: what
 * the tests of the driver measure with has to be right itself. The expected
 * values are worked out by hand.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../malidp_regs.h"
#include "malidp_model_pixels.h"

#define MEMORY		0x123456780ULL	/* the address of our memory, above 4 GiB */
#define PLANE2		512		/* where in it a second plane starts */
#define STRIDE		32
#define UNTOUCHED	0xcc
#define WIDTH		6
#define HEIGHT		4

#define X	0x5a		/* what the model leaves in X bits */
#define NONE	0xff

#define SIZE(width, height)	((height) << 16 | (width))
#define RGB(r, g, b)		((r) << 20 | (g) << 10 | (b))

/* Of a layer, by their distance from its first register. */
#define LAYER_CONTROL	0x04
#define LAYER_SIZE	0x0c
#define LAYER_COMP_SIZE	0x10
#define LAYER_OFFSET	0x14

/* The colour that is written; with 8 bits a channel it is 0xa9, 0x46, 0xf1. */
#define COLOR		RGB(0x2a5, 0x11b, 0x3c6)
/* The same when read back from 8, or from 5 bits a channel. */
#define COLOR_8		RGB(0x2a6, 0x119, 0x3c7)
#define COLOR_5		RGB(0x2b5, 0x129, 0x3de)
#define COLOR_565	RGB(0x2b5, 0x134, 0x3de)

struct format {
	const char *name;
	u8 id_500, id_550;
	bool written;
	u8 bytes;
	u8 in_memory[4];
	u32 when_read;
};

static const struct format formats[] = {
	{ "ARGB2101010", 0, 0x00, true, 4, { 0xc6, 0x6f, 0x54, 0xea }, COLOR },
	{ "ABGR2101010", 1, 0x01, true, 4, { 0xa5, 0x6e, 0x64, 0xfc }, COLOR },
	{ "RGBA1010102", NONE, 0x02, true, 4, { 0x1b, 0xbf, 0x51, 0xa9 }, COLOR },
	{ "BGRA1010102", NONE, 0x03, true, 4, { 0x97, 0xba, 0x91, 0xf1 }, COLOR },
	{ "ARGB8888", 2, 0x08, false, 4, { 0xf1, 0x46, 0xa9, 0x12 }, COLOR_8 },
	{ "ABGR8888", 3, 0x09, false, 4, { 0xa9, 0x46, 0xf1, 0x12 }, COLOR_8 },
	{ "RGBA8888", NONE, 0x0a, false, 4, { 0x12, 0xf1, 0x46, 0xa9 }, COLOR_8 },
	{ "BGRA8888", NONE, 0x0b, false, 4, { 0x12, 0xa9, 0x46, 0xf1 }, COLOR_8 },
	{ "XRGB8888", 4, 0x10, true, 4, { 0xf1, 0x46, 0xa9, X }, COLOR_8 },
	{ "XBGR8888", 5, 0x11, true, 4, { 0xa9, 0x46, 0xf1, X }, COLOR_8 },
	{ "RGBX8888", NONE, 0x12, true, 4, { X, 0xf1, 0x46, 0xa9 }, COLOR_8 },
	{ "BGRX8888", NONE, 0x13, true, 4, { X, 0xa9, 0x46, 0xf1 }, COLOR_8 },
	{ "RGB888", 6, NONE, false, 3, { 0xf1, 0x46, 0xa9 }, COLOR_8 },
	{ "BGR888", 7, NONE, false, 3, { 0xa9, 0x46, 0xf1 }, COLOR_8 },
	{ "RGB888", NONE, 0x18, true, 3, { 0xf1, 0x46, 0xa9 }, COLOR_8 },
	{ "BGR888", NONE, 0x19, true, 3, { 0xa9, 0x46, 0xf1 }, COLOR_8 },
	{ "RGBA5551", 8, 0x20, false, 2, { 0x7d, 0xaa }, COLOR_5 },
	{ "ABGR1555", 9, 0x21, false, 2, { 0x35, 0xf9 }, COLOR_5 },
	{ "RGB565", 10, 0x22, false, 2, { 0x7e, 0xaa }, COLOR_565 },
	{ "BGR565", 11, 0x23, false, 2, { 0x75, 0xf2 }, COLOR_565 },
};

/* One run of a test: of a format, or with none of the whole product. */
struct run {
	unsigned int product;
	const struct format *format;
	u8 id;
};

static const struct run products[] = { { 0x500 }, { 0x550 }, { 0x650 } };
static struct run runs[ARRAY_SIZE(formats) * ARRAY_SIZE(products)];
static unsigned int run_count;

static void describe(const struct run *run, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "dp%x %s", run->product,
		 run->format ? run->format->name : "");
	strim(text);
}

KUNIT_ARRAY_PARAM(product, products, describe);

/* those with a smart layer */
static const struct run smart_products[] = { { 0x550 }, { 0x650 } };

KUNIT_ARRAY_PARAM(smart, smart_products, describe);

static const void *format_gen_params(const void *prev, char *text)
{
	const struct run *run = prev ? (const struct run *)prev + 1 : runs;

	if (run == runs + run_count)
		return NULL;
	describe(run, text);
	return run;
}

static int malidp_pixels_suite_init(struct kunit_suite *suite)
{
	unsigned int product, format;

	run_count = 0;
	for (product = 0; product < ARRAY_SIZE(products); product++) {
		for (format = 0; format < ARRAY_SIZE(formats); format++) {
			struct run *run = &runs[run_count];

			run->product = products[product].product;
			run->format = &formats[format];
			run->id = product ? run->format->id_550 : run->format->id_500;
			if (run->id != NONE)
				run_count++;
		}
	}
	return 0;
}

struct setting {
	unsigned int product;
	u32 regs[MALIDP550_ADDR_SPACE_SIZE / 4];
	u8 memory[2 * PLANE2];
	size_t size;		/* how much of it is there */
	u32 pixels[WIDTH * HEIGHT];
	struct malidp_model_bus bus;
	struct malidp_model_picture picture;
};

static void *map(void *priv, u64 addr, size_t len)
{
	struct setting *s = priv;
	u64 offset = addr - MEMORY;

	return addr < MEMORY || offset + len > s->size ? NULL : s->memory + offset;
}

static int malidp_pixels_init(struct kunit *test)
{
	const struct run *run = test->param_value;
	struct setting *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->product = run->product;
	s->size = sizeof(s->memory);
	s->bus = (struct malidp_model_bus) { map, s };
	s->picture = (struct malidp_model_picture) { WIDTH, HEIGHT, s->pixels };
	memset(s->memory, UNTOUCHED, sizeof(s->memory));
	test->priv = s;
	return 0;
}

static void set(struct setting *s, u32 offset, u32 value)
{
	s->regs[offset / 4] = value;
}

static void set_address(struct setting *s, u32 offset, u64 address)
{
	set(s, offset, lower_32_bits(address));
	set(s, offset + 4, upper_32_bits(address));
}

/* The first registers of a layer's, whose stride is 0x18 further. */
static void show(struct setting *s, u32 base, u32 address, u8 format, u32 size, u32 at)
{
	set(s, base, UNTOUCHED << 6 | format);	/* the format is in the low six bits */
	set(s, base + LAYER_SIZE, size);
	set(s, base + LAYER_COMP_SIZE, size);
	set(s, base + LAYER_OFFSET, at);
	set(s, base + MALIDP_DE_LV_STRIDE0, STRIDE);
	set_address(s, address, MEMORY);
	set(s, base + LAYER_CONTROL, 1);
}

static void show_video(struct setting *s, u8 format, u32 size, u32 at)
{
	BUILD_BUG_ON(MALIDP500_DE_LV_BASE != MALIDP550_DE_LV1_BASE);
	BUILD_BUG_ON(MALIDP500_DE_LV_PTR_BASE != MALIDP550_DE_LV1_PTR_BASE);
	show(s, MALIDP500_DE_LV_BASE, MALIDP500_DE_LV_PTR_BASE, format, size, at);
}

static u32 memwrite(struct setting *s)
{
	return s->product == 0x500 ? MALIDP500_SE_MEMWRITE_BASE : MALIDP550_SE_MEMWRITE_BASE;
}

static void write_to(struct setting *s, u8 format, u32 size)
{
	set(s, memwrite(s) + MALIDP_MW_FORMAT, format);
	set(s, memwrite(s) + MALIDP_MW_P1_STRIDE, STRIDE);
	set_address(s, memwrite(s) + MALIDP_MW_P1_PTR_LOW, MEMORY);
	set(s, s->product == 0x500 ? MALIDP500_SE_MEMWRITE_OUT_SIZE :
				     MALIDP550_SE_MEMWRITE_OUT_SIZE, size);
}

static void write_nv12(struct setting *s, u32 size)
{
	static const s16 bt709[] = { 47, 157, 16, -26, -87, 112, 112, -102, -10, 16, 128, 128 };
	u32 coeffs = s->product == 0x500 ? MALIDP500_SE_RGB_YUV_COEFFS :
					   MALIDP550_SE_RGB_YUV_COEFFS;
	unsigned int i;

	write_to(s, s->product == 0x500 ? 14 : 0x2e, size);
	set(s, memwrite(s) + MALIDP_MW_P2_STRIDE, STRIDE);
	set_address(s, memwrite(s) + MALIDP_MW_P2_PTR_LOW, MEMORY + PLANE2);
	for (i = 0; i < ARRAY_SIZE(bt709); i++)
		set(s, coeffs + 4 * i, bt709[i]);
}

static int compose(struct setting *s)
{
	return malidp_model_compose(s->product, s->regs, &s->bus, &s->picture);
}

static int store(struct setting *s, unsigned int first_line, unsigned int lines)
{
	return malidp_model_store(s->product, s->regs, &s->bus, &s->picture, first_line, lines);
}

/* The bytes there, then nothing up to the next line. */
static void expect_line(struct kunit *test, u32 offset, const u8 *bytes, size_t count)
{
	struct setting *s = test->priv;

	KUNIT_EXPECT_MEMEQ(test, s->memory + offset, bytes, count);
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    memchr_inv(s->memory + offset + count, UNTOUCHED, STRIDE - count));
}

static void expect_untouched(struct kunit *test, u32 from, u32 to)
{
	struct setting *s = test->priv;

	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(s->memory + from, UNTOUCHED, to - from));
}

/* That color in the rectangle, black around it. */
static void expect_rectangle(struct kunit *test, u32 color, unsigned int left,
			     unsigned int top, unsigned int right, unsigned int bottom)
{
	struct setting *s = test->priv;
	unsigned int x, y;

	for (y = 0; y < HEIGHT; y++) {
		for (x = 0; x < WIDTH; x++) {
			bool inside = x >= left && x < right && y >= top && y < bottom;

			KUNIT_EXPECT_EQ_MSG(test, s->pixels[y * WIDTH + x], inside ? color : 0,
					    "column %u, line %u", x, y);
		}
	}
}

static void fill_lines(struct setting *s, const struct format *format,
		       unsigned int width, unsigned int height)
{
	unsigned int x, y;

	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			memcpy(s->memory + y * STRIDE + x * format->bytes, format->in_memory,
			       format->bytes);
}

static void each_format_is_read(struct kunit *test)
{
	const struct run *run = test->param_value;
	struct setting *s = test->priv;

	fill_lines(s, run->format, 3, 2);
	show_video(s, run->id, SIZE(3, 2), SIZE(2, 1));
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, run->format->when_read, 2, 1, 5, 3);
}

static void expect_written(struct kunit *test, const struct format *format)
{
	u8 line[12];
	unsigned int x;

	for (x = 0; x < 3; x++)
		memcpy(line + x * format->bytes, format->in_memory, format->bytes);
	expect_line(test, 0, line, 3 * format->bytes);
	expect_line(test, STRIDE, line, 3 * format->bytes);
}

static void each_format_is_written_or_refused(struct kunit *test)
{
	const struct run *run = test->param_value;
	struct setting *s = test->priv;
	bool written = run->format->written;

	memset32(s->pixels, COLOR, WIDTH * HEIGHT);
	write_to(s, run->id, SIZE(3, 2));
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT), written ? 0 : -EFAULT);
	if (written)
		expect_written(test, run->format);
	expect_untouched(test, written ? 2 * STRIDE : 0, sizeof(s->memory));
}

static void unknown_formats_are_refused(struct kunit *test)
{
	struct setting *s = test->priv;

	write_to(s, 0x3f, SIZE(3, 2));
	show_video(s, 0x3f, SIZE(3, 2), 0);
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT), -EFAULT);
	KUNIT_EXPECT_EQ(test, compose(s), -EFAULT);
	write_to(s, NONE, SIZE(3, 2));
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT), -EFAULT);
	expect_untouched(test, 0, sizeof(s->memory));
}

/* What 8 bits a channel show is what 8 bits store. */
static void eight_bits_survive(struct kunit *test)
{
	struct setting *s = test->priv;
	u8 id = s->product == 0x500 ? 4 : 0x10;
	unsigned int value;

	show_video(s, id, SIZE(1, 1), 0);
	write_to(s, id, SIZE(1, 1));
	for (value = 0; value < 0x100; value++) {
		u8 bytes[] = { value, 0xff - value, value ^ 0x55, X };

		memcpy(s->memory, bytes, sizeof(bytes));
		KUNIT_ASSERT_EQ(test, compose(s), 0);
		memset(s->memory, UNTOUCHED, sizeof(bytes));
		KUNIT_ASSERT_EQ(test, store(s, 0, 1), 0);
		expect_line(test, 0, bytes, sizeof(bytes));
	}
}

static void background_is_shown(struct kunit *test)
{
	struct setting *s = test->priv;

	if (s->product == 0x500) {
		set(s, MALIDP500_BGND_COLOR, 0x46f << 16 | 0xa97);
		set(s, MALIDP500_BGND_COLOR + 4, 0xf1b);
	} else {
		set(s, MALIDP550_DE_BGND_COLOR, 0xa946f1);
	}
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, s->product == 0x500 ? COLOR : COLOR_8, 0, 0, WIDTH, HEIGHT);
}

static void layers_are_clipped(struct kunit *test)
{
	struct setting *s = test->priv;

	memset(s->memory, 0xff, sizeof(s->memory));
	show_video(s, 0, SIZE(WIDTH, HEIGHT), SIZE(4, 3));
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, RGB(0x3ff, 0x3ff, 0x3ff), 4, 3, WIDTH, HEIGHT);
	show_video(s, 0, SIZE(WIDTH, HEIGHT), SIZE(WIDTH, 0));
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, 0, 0, 0, 0, 0);
}

/* A rectangle of each layer, one above the other and one column further. */
static void layers_are_stacked(struct kunit *test)
{
	static const u16 layers[][4][2] = {
		{ { 0x100, 0x124 }, { 0x200, 0x21c }, { 0x300, 0x31c } },
		{ { 0x100, 0x124 }, { 0x300, 0x31c }, { 0x200, 0x224 } },
	};
	struct setting *s = test->priv;
	const u16 (*layer)[2] = layers[s->product != 0x500];
	u8 id = s->product == 0x500 ? 4 : 0x10;
	unsigned int i, x;

	for (i = 0; i < 3; i++) {
		memset(s->memory + i * STRIDE, 0x11 * (i + 1), STRIDE);
		show(s, layer[i][0], layer[i][1], id, SIZE(WIDTH - i, 1), SIZE(i, 0));
		set_address(s, layer[i][1], MEMORY + i * STRIDE);
	}
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	for (x = 0; x < WIDTH; x++)
		KUNIT_EXPECT_EQ(test, s->pixels[x] >> 22, 0x11 * (min(x, 2U) + 1));

	set(s, layer[2][0] + LAYER_CONTROL, 0);
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	KUNIT_EXPECT_EQ(test, s->pixels[2] >> 22, 0x22);
}

static void smart_layer_has_a_rectangle(struct kunit *test)
{
	struct setting *s = test->priv;

	memset(s->memory, 0xff, sizeof(s->memory));
	show(s, MALIDP550_DE_LS_BASE, MALIDP550_DE_LS_PTR_BASE, 0x10, SIZE(3, 3), SIZE(1, 1));
	set(s, MALIDP550_DE_LS_BASE + 0x20, SIZE(2, 2));
	set(s, MALIDP550_DE_LS_BASE + MALIDP550_DE_LS_R1_STRIDE, STRIDE);
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, 0, 0, 0, 0, 0);
	set(s, MALIDP550_DE_LS_BASE + 0x1c, 1);
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, RGB(0x3ff, 0x3ff, 0x3ff), 1, 1, 3, 3);
}

static void nv12_is_shown(struct kunit *test)
{
	static const s16 bt601[] = { 1192, 0, 1634, 1192, -401, -832, 1192, 2066, 0, 64, 512, 512 };
	struct setting *s = test->priv;
	u32 coeffs = s->product == 0x500 ? 0x48 : 0x184;
	unsigned int i;

	/* red: R = (1192 * 260 + 1634 * 448) / 1024, green and blue are below 0 */
	memset(s->memory, 81, PLANE2);
	for (i = 0; i < 2 * STRIDE; i += 2) {
		s->memory[PLANE2 + i] = 90;
		s->memory[PLANE2 + i + 1] = 240;
	}
	show_video(s, s->product == 0x500 ? 14 : 0x2e, SIZE(3, 3), SIZE(1, 1));
	set(s, MALIDP500_DE_LV_BASE + MALIDP_DE_LV_STRIDE0 + 4, STRIDE);
	set_address(s, MALIDP500_DE_LV_PTR_BASE + 0x10, MEMORY + PLANE2);
	for (i = 0; i < ARRAY_SIZE(bt601); i++)
		set(s, coeffs + 4 * i, bt601[i]);
	KUNIT_EXPECT_EQ(test, compose(s), 0);
	expect_rectangle(test, RGB(1018, 0, 0), 1, 1, 4, 4);
}

static void graphics_layers_have_no_nv12(struct kunit *test)
{
	struct setting *s = test->priv;
	bool is_500 = s->product == 0x500;
	u32 base = is_500 ? MALIDP500_DE_LG1_BASE : MALIDP550_DE_LG_BASE;
	u32 address = is_500 ? MALIDP500_DE_LG1_PTR_BASE : MALIDP550_DE_LG_PTR_BASE;

	show(s, base, address, is_500 ? 14 : 0x2e, SIZE(2, 2), 0);
	set_address(s, address + 0x10, MEMORY);
	KUNIT_EXPECT_EQ(test, compose(s), -EFAULT);
}

static void written_size_is_clipped(struct kunit *test)
{
	struct setting *s = test->priv;

	memset32(s->pixels, RGB(0x3ff, 0x3ff, 0x3ff), WIDTH * HEIGHT);
	write_to(s, 0, SIZE(WIDTH + 1, HEIGHT + 1));
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT + 1), 0);
	expect_untouched(test, WIDTH * 4, STRIDE);
	KUNIT_EXPECT_EQ(test, s->memory[WIDTH * 4 - 1], 0xff);
	KUNIT_EXPECT_EQ(test, s->memory[(HEIGHT - 1) * STRIDE], 0xff);
	expect_untouched(test, HEIGHT * STRIDE, sizeof(s->memory));
}

static void only_those_lines_are_written(struct kunit *test)
{
	struct setting *s = test->priv;

	write_nv12(s, SIZE(WIDTH, HEIGHT));
	KUNIT_EXPECT_EQ(test, store(s, 1, 2), 0);
	expect_untouched(test, 0, STRIDE);
	expect_line(test, STRIDE, "\x10\x10\x10\x10\x10\x10", 6);
	expect_line(test, 2 * STRIDE, "\x10\x10\x10\x10\x10\x10", 6);
	/* the colours of lines 0 and 1 come with line 0, those of 2 and 3 with line 2 */
	expect_untouched(test, 3 * STRIDE, PLANE2 + STRIDE);
	expect_line(test, PLANE2 + STRIDE, "\x80\x80\x80\x80\x80\x80", 6);
	expect_untouched(test, PLANE2 + 2 * STRIDE, sizeof(s->memory));
	KUNIT_EXPECT_EQ(test, store(s, HEIGHT, UINT_MAX), 0);
	expect_untouched(test, 3 * STRIDE, PLANE2 + STRIDE);
}

/*
 * White, black and COLOR, in a 3x3 picture, so that the last column and the
 * last line are alone in their blocks.
 */
static void nv12_is_written(struct kunit *test)
{
	struct setting *s = test->priv;
	u32 *lines[] = { s->pixels, s->pixels + WIDTH, s->pixels + 2 * WIDTH };

	memset32(lines[0], RGB(0x3ff, 0x3ff, 0x3ff), 3);
	memset32(lines[1], 0, 3);
	lines[0][2] = COLOR;
	lines[1][2] = COLOR;
	lines[2][0] = RGB(0x3ff, 0, 0);
	lines[2][1] = RGB(0, 0, 0x3ff);
	lines[2][2] = RGB(0, 0x3ff, 0);
	write_nv12(s, SIZE(3, 3));
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT), 0);
	expect_line(test, 0, (u8[]) { 235, 235, 105 }, 3);
	expect_line(test, STRIDE, (u8[]) { 16, 16, 105 }, 3);
	expect_line(test, 2 * STRIDE, (u8[]) { 63, 32, 172 }, 3);
	/* a grey block; COLOR; the mean of red and blue; green */
	expect_line(test, PLANE2, (u8[]) { 128, 128, 192, 165 }, 4);
	expect_line(test, PLANE2 + STRIDE, (u8[]) { 171, 179, 41, 26 }, 4);
	expect_untouched(test, PLANE2 + 2 * STRIDE, sizeof(s->memory));
}

static void nv12_follows_its_coefficients(struct kunit *test)
{
	struct setting *s = test->priv;
	u32 coeffs = s->product == 0x500 ? MALIDP500_SE_RGB_YUV_COEFFS :
					   MALIDP550_SE_RGB_YUV_COEFFS;

	memset32(s->pixels, RGB(0x3ff, 0x3ff, 0x3ff), WIDTH * HEIGHT);
	write_nv12(s, SIZE(2, 2));
	memset(s->regs + coeffs / 4, 0, 12 * sizeof(u32));
	KUNIT_EXPECT_EQ(test, store(s, 0, 1), 0);
	expect_line(test, 0, (u8[]) { 0, 0 }, 2);
	expect_line(test, PLANE2, (u8[]) { 0, 0 }, 2);

	/* out of range on both sides; a negative s16 in a register of 16 bits */
	set(s, coeffs, 512);
	set(s, coeffs + 4 * 3, 0xff00);
	set(s, coeffs + 4 * 11, 200);
	KUNIT_EXPECT_EQ(test, store(s, 0, 1), 0);
	expect_line(test, 0, (u8[]) { 255, 255 }, 2);
	expect_line(test, PLANE2, (u8[]) { 0, 200 }, 2);
}

static void an_axi_error_ends_the_write(struct kunit *test)
{
	struct setting *s = test->priv;
	const u8 black[] = { 0, 0, 0, 0xc0, 0, 0, 0, 0xc0 };

	write_to(s, 0, SIZE(2, HEIGHT));
	s->size = 2 * STRIDE + 7;
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT), -EFAULT);
	expect_line(test, 0, black, sizeof(black));
	expect_line(test, STRIDE, black, sizeof(black));
	expect_untouched(test, 2 * STRIDE, sizeof(s->memory));
}

static void an_axi_error_spares_the_second_plane(struct kunit *test)
{
	struct setting *s = test->priv;

	/* three columns have two pairs of colours */
	write_nv12(s, SIZE(3, 2));
	s->size = PLANE2 + 3;
	KUNIT_EXPECT_EQ(test, store(s, 0, HEIGHT), -EFAULT);
	expect_line(test, 0, (u8[]) { 16, 16, 16 }, 3);
	expect_untouched(test, STRIDE, sizeof(s->memory));
}

static void an_axi_error_ends_the_frame(struct kunit *test)
{
	struct setting *s = test->priv;

	memset(s->memory, 0xff, sizeof(s->memory));
	show_video(s, 0, SIZE(2, 3), 0);
	s->size = 2 * STRIDE + 7;
	KUNIT_EXPECT_EQ(test, compose(s), -EFAULT);
	expect_rectangle(test, RGB(0x3ff, 0x3ff, 0x3ff), 0, 0, 2, 2);
}

static struct kunit_case malidp_pixels_cases[] = {
	KUNIT_CASE_PARAM(each_format_is_read, format_gen_params),
	KUNIT_CASE_PARAM(each_format_is_written_or_refused, format_gen_params),
	KUNIT_CASE_PARAM(unknown_formats_are_refused, product_gen_params),
	KUNIT_CASE_PARAM(eight_bits_survive, product_gen_params),
	KUNIT_CASE_PARAM(background_is_shown, product_gen_params),
	KUNIT_CASE_PARAM(layers_are_clipped, product_gen_params),
	KUNIT_CASE_PARAM(layers_are_stacked, product_gen_params),
	KUNIT_CASE_PARAM(smart_layer_has_a_rectangle, smart_gen_params),
	KUNIT_CASE_PARAM(nv12_is_shown, product_gen_params),
	KUNIT_CASE_PARAM(graphics_layers_have_no_nv12, product_gen_params),
	KUNIT_CASE_PARAM(written_size_is_clipped, product_gen_params),
	KUNIT_CASE_PARAM(only_those_lines_are_written, product_gen_params),
	KUNIT_CASE_PARAM(nv12_is_written, product_gen_params),
	KUNIT_CASE_PARAM(nv12_follows_its_coefficients, product_gen_params),
	KUNIT_CASE_PARAM(an_axi_error_ends_the_write, product_gen_params),
	KUNIT_CASE_PARAM(an_axi_error_spares_the_second_plane, product_gen_params),
	KUNIT_CASE_PARAM(an_axi_error_ends_the_frame, product_gen_params),
	{}
};

static struct kunit_suite malidp_pixels_suite = {
	.name = "malidp_pixels",
	.suite_init = malidp_pixels_suite_init,
	.init = malidp_pixels_init,
	.test_cases = malidp_pixels_cases,
};

kunit_test_suite(malidp_pixels_suite);

MODULE_DESCRIPTION("KUnit tests for the pixels of the Mali Display Processor's model");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
