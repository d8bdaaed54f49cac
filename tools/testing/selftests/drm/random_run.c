// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fence.h"
#include "random_checks.h"
#include "sharing.h"

/* How many events may be due: the kernel keeps 128 of them for a file. */
#define EVENTS_MAX 64

const char *const fault_names[] = {
	[FAULT_NONE] = "nothing",
	[FAULT_VERDICT] = "wrong verdict",
	[FAULT_STATE] = "wrong state",
	[FAULT_VARIABLE] = "wrong fence variable",
	[FAULT_STATUS] = "wrong status of a fence",
	[FAULT_PENDING] = "fence that does not signal",
	[FAULT_EARLY] = "fence that signals too early",
	[FAULT_PICTURE] = "wrong picture",
	[FAULT_TOUCHED] = "memory that was written",
	[FAULT_EVENT] = "wrong number of events",
	[FAULT_LEAK] = "leak",
	[FAULT_DEVICE] = "card that cannot be used",
};

enum fault run_fault(struct run *run, enum fault fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(run->text, sizeof(run->text), format, args);
	va_end(args);
	run->fault = fault;
	return fault;
}

int run_open(struct run *run, int ignored)
{
	int ret;

	memset(run, 0, sizeof(*run));
	run->ignored = ignored;
	ret = stage_open(&run->stage);
	if (ret)
		return ret;
	ret = jobs_open(run);
	if (ret)
		run_close(run);
	return ret;
}

void run_close(struct run *run)
{
	stage_release(&run->stage);
	jobs_close(run);
	stage_close(&run->stage);
}

static enum fault release(struct run *run)
{
	enum fault fault = FAULT_NONE;

	if (run->held)
		fault = jobs_check_held(run);
	run->held = false;
	stage_release(&run->stage);
	return fault;
}

/* Reads the events that are there: how many flips. */
static unsigned int read_events(struct run *run)
{
	int fd = run->stage.screen.card.fd;
	unsigned int flips = 0;
	char buffer[1024];
	ssize_t n, at;

	n = read(fd, buffer, sizeof(buffer));
	for (at = 0; at < n; ) {
		const struct drm_event *event = (void *)(buffer + at);

		flips += event->type == DRM_EVENT_FLIP_COMPLETE;
		at += event->length;
	}
	return flips;
}

static bool has_events(struct run *run, int timeout_ms)
{
	struct pollfd poller = {
		.fd = run->stage.screen.card.fd, .events = POLLIN,
	};

	return poll(&poller, 1, timeout_ms) == 1;
}

static enum fault take_events(struct run *run)
{
	unsigned int due = run->events, got = 0;

	while (got < due && has_events(run, PATIENCE_MS))
		got += read_events(run);
	while (has_events(run, 0))
		got += read_events(run);
	run->events = 0;
	if (got != due)
		return run_fault(run, FAULT_EVENT, "%u flip events, not %u", got,
				 due);
	return FAULT_NONE;
}

/*
 * A blocking commit that changes nothing: when it is over, so are all before it.
 * Their writebacks may take longer where the engine takes several.
 */
enum fault run_settle(struct run *run)
{
	enum fault fault = release(run);
	struct step step;
	int ret;

	if (fault)
		return fault;
	world_restore(&run->world, run->stage.ability.planes, &step);
	step.flags = 0;
	ret = stage_commit(&run->stage, &step);
	if (ret)
		return run_fault(run, FAULT_DEVICE,
				 "cannot commit what is there already: %s",
				 strerror(-ret));
	run->busy = false;
	run->loose = false;
	fault = jobs_reap(run, true);
	if (!fault)
		fault = take_events(run);
	return fault ?: (enum fault)jobs_check_quiet(run);
}

/* Is the step's own fence pending? A commit that blocks is not made to wait. */
static bool is_held(const struct verdict *verdict)
{
	return verdict->change.wish.in == IN_HELD &&
	       verdict->change.step->flags & STEP_NONBLOCK &&
	       !(verdict->change.step->flags & STEP_TEST);
}

static enum fault before(struct run *run, const struct step *step)
{
	bool waits = !(step->flags & (STEP_NONBLOCK | STEP_TEST));
	enum fault fault = FAULT_NONE;
	unsigned int i;

	if (step->flags & STEP_SETTLE || jobs_full(&run->jobs) ||
	    run->events >= EVENTS_MAX)
		return run_settle(run);
	for (i = 0; i < step->n; i++)
		waits |= step->terms[i].slot == WB_IN;
	if (waits)
		fault = release(run);
	return fault ?: (enum fault)jobs_reap(run, false);
}

static enum fault hold(struct run *run, const struct verdict *verdict)
{
	const struct step *step = verdict->change.step;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < step->n; i++)
		if (step->terms[i].slot == WB_IN &&
		    step->terms[i].value == IN_HELD && run->stage.held < 0)
			ret = stage_hold(&run->stage);
	if (ret)
		return run_fault(run, FAULT_DEVICE, "no fence of sw_sync: %s",
				 strerror(-ret));
	if (run->stage.held >= 0 && !is_held(verdict) && !run->held)
		timeline_step(run->stage.timeline);
	return FAULT_NONE;
}

/* The fence of a CRTC: it signals with the flip. */
static enum fault check_crtc_fence(struct run *run, const struct change *change)
{
	int fence;

	if (!change->wish.crtc_fence)
		return FAULT_NONE;
	fence = run->stage.variables[CRTC_GOOD - POINTER_GOOD +
				     change->wish.crtc_fence];
	if (!run->held && fence_wait(fence, PATIENCE_MS)) {
		close(fence);
		return run_fault(run, FAULT_PENDING,
				 "the CRTC's fence has not signalled for %u ms",
				 PATIENCE_MS);
	}
	close(fence);
	return FAULT_NONE;
}

static enum fault accept(struct run *run, const struct verdict *verdict)
{
	const struct change *change = &verdict->change;
	bool nonblock = change->step->flags & STEP_NONBLOCK;

	if (change_disables(change))
		jobs_turn_off(&run->jobs);
	run->world = change->new;
	run->loose |= nonblock && change_is_loose(change);
	run->busy = nonblock || run->loose ||
		    (run->busy && !change->touches_crtc);
	run->events += !!(change->step->flags & STEP_EVENT);
	if (change->wish.fb) {
		int fence = change->wish.fence ?
			    run->stage.variables[change->wish.fence -
						 POINTER_GOOD] : -1;

		jobs_add(run, change, fence);
		run->held = is_held(verdict);
		if (change->step->flags & STEP_REMOVE &&
		    stage_remove(&run->stage, change->wish.fb))
			return run_fault(run, FAULT_DEVICE, "no ADDFB2");
	}
	return check_crtc_fence(run, change);
}

static bool may_be_busy(const struct run *run, const struct verdict *verdict)
{
	uint8_t flags = verdict->change.step->flags;

	return run->busy && flags & STEP_NONBLOCK && !(flags & STEP_TEST) &&
	       !verdict->broken;
}

static enum fault check_nothing_changed(struct run *run,
					const struct verdict *verdict)
{
	enum fault fault = check_variables(run, &verdict->change, false);

	if (fault)
		return fault;
	if (!stage_is(&run->stage, &run->world, run->text, sizeof(run->text)))
		return run->fault = FAULT_STATE;
	return jobs_check_quiet(run);
}

/* Once more when the CRTC is idle: then it has to be accepted. */
static enum fault again(struct run *run, const struct verdict *verdict,
			int *ret)
{
	enum fault fault = check_nothing_changed(run, verdict);

	run->tally.busy++;
	if (!fault)
		fault = run_settle(run);
	if (!fault)
		fault = hold(run, verdict);
	if (fault)
		return fault;
	*ret = stage_commit(&run->stage, verdict->change.step);
	return FAULT_NONE;
}

static enum fault compare(struct run *run, const struct verdict *verdict,
			  int ret)
{
	bool real = !(verdict->change.step->flags & STEP_TEST);
	enum fault fault;

	if (!verdict_allows(verdict, ret))
		return wrong_verdict(run, verdict, ret, wanted_error(verdict));
	count_verdict(run, verdict);
	if (verdict->broken || !real)
		return check_nothing_changed(run, verdict);
	fault = check_variables(run, &verdict->change, true);
	if (!fault)
		fault = accept(run, verdict);
	if (!fault && run->held)
		fault = jobs_check_held(run);
	if (fault)
		return fault;
	if (!stage_is(&run->stage, &run->world, run->text, sizeof(run->text)))
		return run->fault = FAULT_STATE;
	return jobs_check_quiet(run);
}

enum fault run_step(struct run *run, const struct step *step)
{
	bool must_be_busy;
	struct verdict verdict;
	enum fault fault;
	int ret;

	run->tally.commits++;
	fault = before(run, step);
	judge(&verdict, step, &run->world, run->ignored);
	if (!fault)
		fault = hold(run, &verdict);
	if (fault)
		return fault;
	jobs_draw(run, step);
	must_be_busy = run->held && verdict.change.touches_crtc &&
		       may_be_busy(run, &verdict);
	ret = stage_commit(&run->stage, step);
	if (must_be_busy && ret != -EBUSY)
		return wrong_verdict(run, &verdict, ret, -EBUSY);
	if (ret == -EBUSY && may_be_busy(run, &verdict)) {
		fault = again(run, &verdict, &ret);
		if (fault)
			return fault;
	}
	return compare(run, &verdict, ret);
}

unsigned int run_steps(struct run *run, const struct step *steps, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (run_step(run, &steps[i]))
			return i + 1;
	return run_settle(run) ? n : n + 1;
}
