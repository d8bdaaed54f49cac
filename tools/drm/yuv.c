// SPDX-License-Identifier: GPL-2.0-only

#include "yuv.h"

/* The weights of red and blue in luma; green has the rest. */
#define KR 0.2126
#define KB 0.0722

static double clamp(double value, double most)
{
	if (value < 0)
		return 0;
	return value > most ? most : value;
}

static uint8_t to_byte(double value)
{
	return clamp(value + 0.5, 255);
}

static uint16_t to_channel(double value)
{
	return clamp(value * 65535 + 0.5, 65535);
}

struct yuv yuv_from_pixel(struct pixel pixel)
{
	double r = pixel.r / 65535.0;
	double g = pixel.g / 65535.0;
	double b = pixel.b / 65535.0;
	double y = KR * r + (1 - KR - KB) * g + KB * b;

	return (struct yuv) {
		.y = to_byte(16 + 219 * y),
		.u = to_byte(128 + 112 * (b - y) / (1 - KB)),
		.v = to_byte(128 + 112 * (r - y) / (1 - KR)),
	};
}

struct pixel yuv_to_pixel(struct yuv yuv)
{
	double y = (yuv.y - 16) / 219.0;
	double b = y + (yuv.u - 128) / 112.0 * (1 - KB);
	double r = y + (yuv.v - 128) / 112.0 * (1 - KR);
	double g = (y - KR * r - KB * b) / (1 - KR - KB);

	return (struct pixel) {
		.r = to_channel(r),
		.g = to_channel(g),
		.b = to_channel(b),
		.a = 0xffff,
	};
}
