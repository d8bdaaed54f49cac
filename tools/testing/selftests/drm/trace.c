// SPDX-License-Identifier: GPL-2.0-only

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "trace.h"

#define TRACEFS "/sys/kernel/tracing/"
#define SYSTEM "drm_writeback"
#define JOBS TRACEFS "events/" SYSTEM "/enable"
#define WORKS TRACEFS "events/workqueue/workqueue_execute_start/enable"
#define DEBUG_FILE "/sys/module/drm/parameters/debug"

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

static bool begin(const char *enable)
{
	if (access(TRACEFS "trace", F_OK))
		mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	return write_text(TRACEFS "trace", "\n") &&
	       write_text(enable, "1");
}

bool trace_begin(void)
{
	return begin(JOBS);
}

bool trace_works_begin(void)
{
	return begin(WORKS);
}

unsigned int trace_works_end(const char *function)
{
	unsigned int runs = 0;
	char line[512];
	FILE *file;

	write_text(WORKS, "0");
	file = fopen(TRACEFS "trace", "re");
	while (file && fgets(line, sizeof(line), file))
		runs += strstr(line, "_execute_start: ") &&
			strstr(line, function);
	if (file)
		fclose(file);
	return runs;
}

#define STEP SYSTEM "_%15[a-z_]: card=%u connector=%u name=%*s fb=%u"
#define JOB " job=%" SCNu64 " fence=%" SCNu64 ":%" SCNu64
#define END " status=%d latency_ns=%" SCNu64

/* Not all steps have an end. */
static bool parse_event(const char *line, struct trace_event *event)
{
	const char *text = strstr(line, SYSTEM "_");

	memset(event, 0, sizeof(*event));
	return line[0] != '#' && text &&
	       sscanf(text, STEP JOB END, event->step, &event->card,
		      &event->connector, &event->fb, &event->job,
		      &event->context, &event->seqno, &event->status,
		      &event->latency_ns) >= 7;
}

bool trace_end(struct trace *trace)
{
	struct trace_event event;
	char line[512];
	FILE *file;

	write_text(JOBS, "0");
	trace->n = 0;
	file = fopen(TRACEFS "trace", "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (!parse_event(line, &event))
			continue;
		if (trace->n < TRACE_MAX)
			trace->events[trace->n] = event;
		trace->n++;
	}
	fclose(file);
	return trace->n <= TRACE_MAX;
}

unsigned int trace_count(const struct trace *trace, const char *step,
			 const int *status)
{
	unsigned int i, count = 0;

	for (i = 0; i < trace->n; i++)
		count += !strcmp(trace->events[i].step, step) &&
			 (!status || trace->events[i].status == *status);
	return count;
}

void trace_steps(const struct trace *trace, uint64_t job, char *text,
		 unsigned int size)
{
	unsigned int i, length = 0;

	text[0] = '\0';
	for (i = 0; i < trace->n && length < size; i++)
		if (trace->events[i].job == job)
			length += snprintf(text + length, size - length, "%s%s",
					   length ? " " : "",
					   trace->events[i].step);
}

static void parse_line(const char *line, struct counters *counters)
{
	if (sscanf(line, "timeout: %u ms", &counters->timeout_ms) == 1 ||
	    sscanf(line, "completed: %lu", &counters->completed) == 1 ||
	    sscanf(line, "failed: %lu", &counters->failed) == 1 ||
	    sscanf(line, "expired: %lu", &counters->expired) == 1 ||
	    sscanf(line, "cancelled: %lu", &counters->cancelled) == 1 ||
	    sscanf(line, "spurious: %lu", &counters->spurious) == 1 ||
	    sscanf(line, "last error: %d, job %" SCNu64, &counters->last_error,
		   &counters->last_error_job) == 2)
		return;
	if (!strncmp(line, "job ", 4) && !counters->in_flight++)
		snprintf(counters->job, sizeof(counters->job), "%.*s",
			 (int)strcspn(line, "\n"), line);
}

bool debug_set(const char *mask)
{
	return write_text(DEBUG_FILE, mask);
}

bool counters_read(struct counters *counters, unsigned int minor,
		   const struct pipe *pipe)
{
	char path[128], line[256];
	FILE *file;

	memset(counters, 0, sizeof(*counters));
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%u/%s/writeback",
		 minor, pipe->connector.name);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		parse_line(line, counters);
	fclose(file);
	return true;
}
