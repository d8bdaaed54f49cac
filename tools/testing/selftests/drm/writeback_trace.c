// SPDX-License-Identifier: GPL-2.0-only
/*
 * The view inside: the trace events and the counters in debugfs tell of each job
 * what became of it, and agree.
 */

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "clock.h"
#include "model.h"
#include "screen.h"
#include "trace.h"

#define FRAMES 10

struct view {
	struct screen screen;
	struct buffer target;
	struct model model;
	bool is_model;
	unsigned int minor;
	struct counters before, after;
	struct trace trace;
};

FIXTURE(trace) {
	struct view view;
};

FIXTURE_SETUP(trace)
{
	struct screen *screen = &self->view.screen;
	int ret = screen_open(screen, NULL);
	struct stat stat;

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, fstat(screen->card.fd, &stat));
	self->view.minor = minor(stat.st_rdev);
	self->view.is_model = !model_find(&self->view.model, &screen->card);
	if (self->view.is_model)
		ASSERT_EQ(0, model_behave(&self->view.model));
	ASSERT_EQ(0, screen_target(screen, &self->view.target, 0));
	ASSERT_EQ(0, screen_on(screen));
	if (!counters_read(&self->view.before, self->view.minor, &screen->pipe))
		SKIP(return, "the kernel has no debugfs");
	if (!trace_begin())
		SKIP(return, "the kernel has no tracefs");
}

FIXTURE_TEARDOWN(trace)
{
	trace_end(&self->view.trace);
	if (self->view.is_model)
		model_behave(&self->view.model);
	buffer_destroy(&self->view.target);
	screen_close(&self->view.screen);
}

static int start(struct view *view, unsigned int frame)
{
	int32_t fence = -1;
	int ret = capture_retry(&view->screen,
				screen_draw(&view->screen, frame),
				&view->target, &fence, DRM_MODE_ATOMIC_NONBLOCK);

	return ret ? ret : fence;
}

static bool read_counters(struct view *view, struct counters *counters)
{
	return counters_read(counters, view->minor, &view->screen.pipe);
}

/* Waits for the clean-up of the last job, then reads all there is to know. */
static void finish(struct __test_metadata *_metadata, struct view *view)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;

	do {
		ASSERT_TRUE(read_counters(view, &view->after));
	} while (view->after.in_flight && clock_us() < end);
	EXPECT_EQ(0, view->after.in_flight) TH_LOG("%s", view->after.job);
	ASSERT_TRUE(trace_end(&view->trace));
}

/* Each counter has grown by as many as there are events. */
static void check_agreement(struct __test_metadata *_metadata,
			    const struct view *view)
{
	const struct counters *before = &view->before, *after = &view->after;
	const struct trace *trace = &view->trace;
	const int good = 0;
	unsigned int completed = trace_count(trace, "completed", NULL);
	unsigned int n_good = trace_count(trace, "completed", &good);

	EXPECT_EQ(n_good, after->completed - before->completed);
	EXPECT_EQ(completed - n_good, after->failed - before->failed);
	EXPECT_EQ(trace_count(trace, "expired", NULL),
		  after->expired - before->expired);
	EXPECT_EQ(trace_count(trace, "cancelled", NULL),
		  after->cancelled - before->cancelled);
	EXPECT_EQ(trace_count(trace, "created", NULL),
		  trace_count(trace, "cleaned_up", NULL));
}

/* Each job has gone through @steps, with these numbers. */
static void check_jobs(struct __test_metadata *_metadata,
		       const struct view *view, unsigned int n,
		       const char *steps)
{
	const struct trace *trace = &view->trace;
	unsigned int i;
	char text[128];

	EXPECT_EQ(n, trace_count(trace, "created", NULL));
	for (i = 0; i < trace->n; i++) {
		const struct trace_event *event = &trace->events[i];

		EXPECT_EQ(view->minor, event->card);
		EXPECT_EQ(view->screen.pipe.connector.id, event->connector);
		EXPECT_EQ(view->target.fb, event->fb);
		EXPECT_NE(0, event->context);
		trace_steps(trace, event->job, text, sizeof(text));
		EXPECT_STREQ(steps, text)
			TH_LOG("job %" PRIu64, event->job);
	}
}

static const struct trace_event *
find(const struct view *view, const char *step)
{
	unsigned int i;

	for (i = 0; i < view->trace.n; i++)
		if (!strcmp(view->trace.events[i].step, step))
			return &view->trace.events[i];
	return NULL;
}

static void check_error(struct __test_metadata *_metadata,
			const struct view *view, const char *step,
			int error)
{
	const struct trace_event *event = find(view, step);

	ASSERT_NE(NULL, event);
	EXPECT_EQ(error, event->status);
	EXPECT_EQ(error, view->after.last_error);
	EXPECT_EQ(event->job, view->after.last_error_job);
	EXPECT_LT(0, event->latency_ns);
}

TEST_F(trace, follows_good_jobs)
{
	uint64_t begin = clock_us(), last = 0;
	unsigned int frame, i;

	for (frame = 0; frame < FRAMES; frame++)
		ASSERT_EQ(1, screen_capture(&self->view.screen, frame,
					    &self->view.target));
	finish(_metadata, &self->view);
	check_jobs(_metadata, &self->view, FRAMES,
		   "created prepared queued completed cleaned_up");
	check_agreement(_metadata, &self->view);
	EXPECT_EQ(FRAMES, self->view.after.completed - self->view.before.completed);
	for (i = 0; i < self->view.trace.n; i++) {
		const struct trace_event *event = &self->view.trace.events[i];

		if (strcmp(event->step, "completed"))
			continue;
		EXPECT_LT(last, event->job);
		last = event->job;
		EXPECT_LT(0, event->latency_ns);
		EXPECT_GT((clock_us() - begin) * 1000, event->latency_ns);
	}
}

/* The engine may be quicker than the commit that turns the CRTC off. */
TEST_F(trace, follows_jobs_whose_crtc_goes_off)
{
	int fence = start(&self->view, 1), status;

	ASSERT_LE(0, fence);
	ASSERT_EQ(0, screen_off(&self->view.screen));
	status = fence_result(fence, PATIENCE_MS);
	finish(_metadata, &self->view);
	check_agreement(_metadata, &self->view);
	if (status == 1)
		check_jobs(_metadata, &self->view, 1,
			   "created prepared queued completed cleaned_up");
	else
		EXPECT_EQ(-ECANCELED, status);
}

/* A commit that is a test has a job that comes to nothing. */
TEST_F(trace, follows_tests)
{
	const struct setting settings[] = {
		{ self->view.screen.pipe.connector.id,
		  self->view.screen.pipe.connector.fb_id, self->view.target.fb },
	};

	ASSERT_EQ(0, atomic_commit(&self->view.screen.card, settings, 1,
				   DRM_MODE_ATOMIC_TEST_ONLY));
	finish(_metadata, &self->view);
	check_jobs(_metadata, &self->view, 1, "created cleaned_up");
	check_agreement(_metadata, &self->view);
	EXPECT_EQ(self->view.before.cancelled, self->view.after.cancelled);
}

TEST_F(trace, follows_failed_jobs)
{
	int fence;

	if (!self->view.is_model)
		SKIP(return, "this hardware does not fail on request");
	ASSERT_EQ(0, model_set(&self->view.model, "axi_error", 1));
	fence = start(&self->view, 1);
	ASSERT_LE(0, fence);
	EXPECT_EQ(-EFAULT, fence_result(fence, PATIENCE_MS));
	finish(_metadata, &self->view);
	check_jobs(_metadata, &self->view, 1,
		   "created prepared queued completed cleaned_up");
	check_agreement(_metadata, &self->view);
	check_error(_metadata, &self->view, "completed", -EFAULT);
}

/* Also what debugfs tells while the job is in flight. */
TEST_F(trace, follows_expired_jobs)
{
	struct counters counters;
	int fence, age, left, n;
	unsigned int fb;

	if (!self->view.is_model)
		SKIP(return, "this hardware does not stop on request");
	ASSERT_EQ(0, model_set(&self->view.model, "freeze", 1));
	fence = start(&self->view, 1);
	ASSERT_LE(0, fence);
	sleep_ms(100);
	ASSERT_TRUE(read_counters(&self->view, &counters));
	EXPECT_EQ(1, counters.in_flight);
	n = sscanf(counters.job,
		   "job %*u: queued, fb %u, age %d ms, deadline in %d ms",
		   &fb, &age, &left);
	ASSERT_EQ(3, n) TH_LOG("%s", counters.job);
	EXPECT_EQ(self->view.target.fb, fb);
	EXPECT_LE(50, age);
	EXPECT_LT(0, left);
	EXPECT_GE((int)counters.timeout_ms - 50, left);

	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	ASSERT_EQ(0, model_set(&self->view.model, "freeze", 0));
	finish(_metadata, &self->view);
	check_jobs(_metadata, &self->view, 1,
		   "created prepared queued expired cleaned_up");
	check_agreement(_metadata, &self->view);
	check_error(_metadata, &self->view, "expired", -ETIMEDOUT);
	EXPECT_LE(counters.timeout_ms / 2 * 1000000ull,
		  find(&self->view, "expired")->latency_ns);
}

TEST_F(trace, follows_cancelled_jobs)
{
	const struct trace_event *event;
	int fence;

	if (!self->view.is_model)
		SKIP(return, "this hardware does not stop on request");
	ASSERT_EQ(0, model_set(&self->view.model, "freeze", 1));
	fence = start(&self->view, 1);
	ASSERT_LE(0, fence);
	ASSERT_EQ(0, screen_off(&self->view.screen));
	EXPECT_EQ(-ECANCELED, fence_result(fence, PATIENCE_MS));
	finish(_metadata, &self->view);
	check_jobs(_metadata, &self->view, 1,
		   "created prepared queued cancelled cleaned_up");
	check_agreement(_metadata, &self->view);
	event = find(&self->view, "cancelled");
	ASSERT_NE(NULL, event);
	EXPECT_EQ(-ECANCELED, event->status);
	EXPECT_LT(0, event->latency_ns);
	EXPECT_GT(PATIENCE_MS * 1000000ull, event->latency_ns);
}

#define DEBUG_FILE "/sys/module/drm/parameters/debug"

/* Has DRM print the state of each commit; 0 for none again. */
static bool set_debug(const char *mask)
{
	int fd = open(DEBUG_FILE, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, mask, strlen(mask)) > 0;
	close(fd);
	return done;
}

/* Is there a record with @text among those that were not read yet? */
static bool is_logged(int kmsg, const char *text)
{
	char record[1024];
	bool found = false;
	ssize_t size;

	while (!found && (size = read(kmsg, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		found = strstr(record, text);
	}
	return found;
}

/* In this order: job, framebuffer, fence, and that user space wants it. */
TEST_F(trace, is_complete_with_the_state_of_a_commit)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char job[32], fb[32], fence[64];
	const struct trace_event *event;

	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0 || !set_debug("64"))
		SKIP(return, "cannot read the kernel log, or write to " DEBUG_FILE);
	EXPECT_EQ(1, screen_capture(&self->view.screen, 1, &self->view.target));
	set_debug("0");
	finish(_metadata, &self->view);
	event = find(&self->view, "created");
	ASSERT_NE(NULL, event);
	snprintf(job, sizeof(job), "writeback_job=%" PRIu64, event->job);
	snprintf(fb, sizeof(fb), "fb=%u", self->view.target.fb);
	snprintf(fence, sizeof(fence), "fence=%" PRIu64 ":%" PRIu64,
		 event->context, event->seqno);
	EXPECT_TRUE(is_logged(kmsg, job)) TH_LOG("%s", job);
	EXPECT_TRUE(is_logged(kmsg, fb)) TH_LOG("%s", fb);
	EXPECT_TRUE(is_logged(kmsg, fence)) TH_LOG("%s", fence);
	EXPECT_TRUE(is_logged(kmsg, "shared=1"));
	close(kmsg);
}

/* The job has left the state, which says so. */
TEST_F(trace, is_complete_with_the_state)
{
	char path[64], text[16384];
	ssize_t size;
	int fd;

	ASSERT_EQ(1, screen_capture(&self->view.screen, 1, &self->view.target));
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%u/state",
		 self->view.minor);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	ASSERT_LT(0, size);
	text[size] = '\0';
	EXPECT_NE(NULL, strstr(text, "\twriteback_job=none\n"));
}

TEST_HARNESS_MAIN
