// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "font.h"
#include "picture.h"

#define CODE_BITS 16
#define TEXT_LINES 2
#define CELL_WIDTH (FONT_WIDTH + 1)
#define TEXT_INDENT 2		/* dots of the font above the letters */
#define CELL_HEIGHT (FONT_HEIGHT + 2 * TEXT_INDENT)

/* Where the text is: in pixels, and how wide it is in dots of the font. */
struct box {
	unsigned int left, top, width, scale, dots;
};

static struct pixel rgb(unsigned int r, unsigned int g, unsigned int b)
{
	return (struct pixel) { r * 0x101, g * 0x101, b * 0x101, 0xffff };
}

/*
 * 0 to 63 in diagonal lines, added to every channel. From frame to frame they
 * move by about half of that, more than formats of 4 bits a channel lose.
 */
static unsigned int ripple(unsigned int frame, unsigned int x, unsigned int y)
{
	return (frame * 29 + x + y) & 63;
}

/* White, yellow, cyan, green, magenta, red, blue, black. */
static struct pixel bar(unsigned int n, unsigned int plus)
{
	unsigned int low = plus, high = 192 + plus;

	return rgb(n & 2 ? low : high, n & 4 ? low : high,
		   n & 1 ? low : high);
}

static void bars_row(const struct picture *picture, unsigned int frame,
		     unsigned int y, struct pixel *row)
{
	unsigned int x;

	for (x = 0; x < picture->width; x++)
		row[x] = bar(x * 8 / picture->width, ripple(frame, x, y));
}

/* Grey, red, green and blue ramps one below the other: @channel 0 to 3. */
static void gradient_row(const struct picture *picture, unsigned int frame,
			 unsigned int y, unsigned int channel,
			 struct pixel *row)
{
	unsigned int x;

	for (x = 0; x < picture->width; x++) {
		unsigned int plus = ripple(frame, x, y);
		unsigned int level = x * 192 / picture->width + plus;

		row[x] = rgb(channel > 1 ? plus : level,
			     channel & 1 ? plus : level,
			     channel == 1 || channel == 2 ? plus : level);
	}
}

/* Upper two thirds bars, the rest gradients. */
static void background_row(const struct picture *picture, unsigned int frame,
			   unsigned int y, struct pixel *row)
{
	unsigned int split = picture->height * 2 / 3;
	unsigned int rest = picture->height - split;

	if (y < split)
		bars_row(picture, frame, y, row);
	else
		gradient_row(picture, frame, y, (y - split) * 4 / rest, row);
}

/* The frame's number in black and white at the left of every row. */
static void code_row(const struct picture *picture, unsigned int frame,
		     struct pixel *row)
{
	unsigned int cell = picture->width / 512 ? picture->width / 512 : 1;
	unsigned int x;

	for (x = 0; x < CODE_BITS * cell && x < picture->width; x++) {
		unsigned int level = frame >> (x / cell) & 1 ? 255 : 0;

		row[x] = rgb(level, level, level);
	}
}

/* Column @x of a line of text, row @y, in dots of the font. */
static bool text_dot(const char *text, unsigned int x, unsigned int y)
{
	return x < strlen(text) * CELL_WIDTH && x % CELL_WIDTH < FONT_WIDTH &&
	       y < FONT_HEIGHT &&
	       font_dot(text[x / CELL_WIDTH], x % CELL_WIDTH, y);
}

/* A line of text in the middle of a black box: row @y, in dots. */
static void text_row(const char *text, const struct box *box, unsigned int y,
		     struct pixel *row)
{
	unsigned int dots = strlen(text) * CELL_WIDTH - 1;
	unsigned int indent = (box->dots - dots) / 2;
	unsigned int x;

	for (x = 0; x < box->width; x++) {
		unsigned int dot = x / box->scale;
		bool on = dot >= indent && text_dot(text, dot - indent, y);

		row[box->left + x] = on ? rgb(255, 255, 255) : rgb(0, 0, 0);
	}
}

/* Wide enough for either line of text, with a cell around it. */
static struct box box_of(const struct picture *picture,
			 char lines[TEXT_LINES][sizeof(picture->title)])
{
	struct box box = { .scale = picture->width / 160 };
	size_t first = strlen(lines[0]), second = strlen(lines[1]);

	if (!box.scale)
		box.scale = 1;
	box.dots = ((first > second ? first : second) + 2) * CELL_WIDTH;
	box.width = box.dots * box.scale;
	if (box.width > picture->width)
		box.width = picture->width;
	box.left = (picture->width - box.width) / 2;
	box.top = picture->height / 4;
	return box;
}

/* The title and the counter, in a box in the middle of the bars. */
static void caption_row(const struct picture *picture, unsigned int frame,
			unsigned int y, struct pixel *row)
{
	char lines[TEXT_LINES][sizeof(picture->title)];
	unsigned int dot, line;
	struct box box;

	snprintf(lines[0], sizeof(lines[0]), "%s", picture->title);
	snprintf(lines[1], sizeof(lines[1]), "frame %06u", frame);
	box = box_of(picture, lines);
	if (y < box.top)
		return;
	dot = (y - box.top) / box.scale;
	line = dot / CELL_HEIGHT;
	dot %= CELL_HEIGHT;
	if (line < TEXT_LINES)
		/* The rows above the letters wrap to beyond their end. */
		text_row(lines[line], &box, dot - TEXT_INDENT, row);
}

void picture_row(const struct picture *picture, unsigned int frame,
		 unsigned int y, struct pixel *row)
{
	background_row(picture, frame, y, row);
	caption_row(picture, frame, y, row);
	code_row(picture, frame, row);
}

int picture_draw(const struct picture *picture, unsigned int frame,
		 struct buffer *buffer)
{
	struct pixel *row = calloc(picture->width, sizeof(*row));
	unsigned int y;

	if (!row)
		return -ENOMEM;
	for (y = 0; y < picture->height; y++) {
		picture_row(picture, frame, y, row);
		buffer_write_row(buffer, y, row);
	}
	free(row);
	return 0;
}
