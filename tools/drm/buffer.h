/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A framebuffer in mapped memory: one dumb buffer, all planes of the format in
 * it one after the other, with guard bytes around the picture when asked for.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include "card.h"
#include "format.h"

struct buffer_plane {
	uint32_t pitch, offset;
	uint32_t row_bytes;		/* bytes of a row that are picture */
	uint32_t rows;
};

struct buffer {
	int card_fd;
	uint32_t handle;		/* of the dumb buffer */
	uint32_t fb;			/* framebuffer id, 0 when removed */
	const struct format *format;
	uint32_t width, height;
	struct buffer_plane plane[FORMAT_PLANES];
	uint8_t *map;
	size_t size;
};

/* Guards in pixels (to the right of each row) and rows (before and after). */
struct buffer_guard {
	unsigned int right, rows;
};

/*
 * Allocates, maps and registers a buffer; @guard may be NULL. The memory is
 * zeroed by the kernel. On failure nothing stays behind.
 */
int buffer_create(struct buffer *buffer, const struct card *card,
		  const struct format *format, uint32_t width, uint32_t height,
		  const struct buffer_guard *guard);

/* The same, without ADDFB2: buffer->fb is 0. */
int buffer_allocate(struct buffer *buffer, const struct card *card,
		    const struct format *format, uint32_t width,
		    uint32_t height, const struct buffer_guard *guard);

/* ADDFB2 for an allocated buffer; sets buffer->fb. */
int buffer_add_fb(struct buffer *buffer);

/* RMFB, the memory stays mapped. */
void buffer_remove_fb(struct buffer *buffer);

/* RMFB, unmap, free. Harmless on a zeroed struct and when called again. */
void buffer_destroy(struct buffer *buffer);

/* Fills all of the memory, guards included, with one byte. */
void buffer_poison(struct buffer *buffer, uint8_t byte);

/* How many bytes outside of the picture are not @byte: 0 when none. */
size_t buffer_guard_damage(const struct buffer *buffer, uint8_t byte);

/* How many bytes of all the memory are not @byte. */
size_t buffer_damage(const struct buffer *buffer, uint8_t byte);

/* The first byte of row @y of plane @plane. */
void *buffer_row(const struct buffer *buffer, unsigned int plane,
		 unsigned int y);

/* Row @y as pixels, any format: buffer->width of them. */
void buffer_read_row(const struct buffer *buffer, unsigned int y,
		     struct pixel *row);
void buffer_write_row(struct buffer *buffer, unsigned int y,
		      const struct pixel *row);

/*
 * A card that is taken away takes its memory along. From now on what is written
 * to a buffer goes nowhere then, and reads as 0, instead of ending the program.
 */
void buffers_outlive_card(void);

/* Has that happened since this was asked before? */
bool buffers_were_lost(void);

#endif
