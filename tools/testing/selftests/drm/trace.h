/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells of a connector's writeback jobs: its trace events, its
 * messages, and its counters in debugfs.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipe.h"

#define TRACE_MAX 512

struct trace_event {
	char step[16];			/* "completed" */
	unsigned int card, connector, fb;
	uint64_t job, context, seqno;
	int status;			/* of those that end a job */
	uint64_t latency_ns;
};

struct trace {
	struct trace_event events[TRACE_MAX];
	unsigned int n;
};

/* Empties the trace and turns the events on. False: the kernel has no tracefs. */
bool trace_begin(void);

/* Turns the events off and reads them. False: there are more than TRACE_MAX. */
bool trace_end(struct trace *trace);

/* The same for work items: how often those with this function have begun. */
bool trace_works_begin(void);
unsigned int trace_works_end(const char *function);

/* How many events there are of a step; with one status, if @status is given. */
unsigned int trace_count(const struct trace *trace, const char *step,
			 const int *status);

/* The steps of a job in their order: "created prepared ...". */
void trace_steps(const struct trace *trace, uint64_t job, char *text,
		 unsigned int size);

/* Has DRM print its debug messages of these kinds, "0" for none. */
bool debug_set(const char *mask);

struct counters {
	unsigned int timeout_ms;
	unsigned long completed, failed, expired, cancelled, spurious;
	int last_error;
	uint64_t last_error_job;
	unsigned int in_flight;
	char job[128];			/* the line of the oldest */
};

/* Reads the connector's file in debugfs, of the card with that minor number. */
bool counters_read(struct counters *counters, unsigned int minor,
		   const struct pipe *pipe);

#endif
