/* SPDX-License-Identifier: GPL-2.0-only */
/* What the ways to capture have in common: see capture.h for the ways. */
#ifndef RUN_H
#define RUN_H

#include "attach.h"
#include "buffer.h"
#include "capture.h"
#include "picture.h"

#define POISON 0xa5

struct run {
	const struct capture *capture;
	struct result *result;
	struct picture picture;
	char what[120];			/* "card0 Writeback-1 640x480@60 NV12" */
};

/* One frame on its way: its fence, and when it was committed. */
struct shot {
	unsigned int frame;
	int32_t fence;
	uint64_t start_us;
};

/* A picture on the plane, fully drawn over; and one to capture into. */
enum exit_status run_make_source(struct run *run, struct buffer *buffer);
enum exit_status run_make_target(struct run *run, struct buffer *buffer);

/* Says what the kernel refused: "WHAT: why". */
enum exit_status run_refused(const struct run *run, const char *what,
			     int error);

enum exit_status run_draw(const struct run *run, unsigned int frame,
			  struct buffer *buffer);

/* Waits for the fence, asks how it ended, counts, and closes it. */
enum exit_status run_finish(struct run *run, struct shot *shot);

/*
 * Compares and writes what was captured. @drawn: what was shown, NULL when that
 * is not known; then only the bytes around the picture are looked at.
 */
enum exit_status run_keep(struct run *run, unsigned int frame,
			  const struct buffer *captured,
			  const struct buffer *drawn);

/* Can the connector join the running display? Else says why not. */
enum exit_status run_may_attach(const struct run *run,
				const struct buffer *target,
				enum attachable *how);

/* Is there still a card on which something can be switched off? */
bool run_has_card(const struct run *run);

/* A wrong picture or a fence's error does not end a run; the rest does. */
bool run_goes_on(enum exit_status status);

/* Captures @one after the other until there are enough, or somebody says stop. */
enum exit_status run_frames(struct run *run, void *with,
			    enum exit_status (*one)(void *with,
						    unsigned int frame));

/* Is another frame wanted after @done? */
bool run_wants(const struct run *run, unsigned int done);
enum exit_status run_stopped(const struct run *run);
void run_progress(const struct run *run);

#endif
