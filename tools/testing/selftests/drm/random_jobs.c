// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "array.h"
#include "fence.h"
#include "random_run.h"
#include "sharing.h"

static struct job *job_at(struct jobs *jobs, unsigned int i)
{
	return &jobs->list[(jobs->first + i) % JOBS_MAX];
}

bool jobs_full(const struct jobs *jobs)
{
	return jobs->n == JOBS_MAX;
}

/* A picture in plain memory. */
static void picture_init(struct buffer *want, const struct buffer *like)
{
	want->format = format_find(DRM_FORMAT_XRGB8888);
	want->width = like->width;
	want->height = like->height;
	want->plane[0] = (struct buffer_plane) {
		.pitch = like->width * 4,
		.row_bytes = like->width * 4,
		.rows = like->height,
	};
	want->size = want->plane[0].pitch * want->height;
}

int jobs_open(struct run *run)
{
	const struct buffer *largest = &run->stage.targets[FB_A0];
	struct jobs *jobs = &run->jobs;
	unsigned int i;

	memset(jobs, 0, sizeof(*jobs));
	for (i = 0; i < JOBS_MAX; i++) {
		jobs->list[i].want.map = malloc(largest->width *
						largest->height * 4);
		if (!jobs->list[i].want.map)
			return -ENOMEM;
	}
	for (i = FB_A0; i < TARGETS; i++) {
		jobs->last[i] = malloc(run->stage.targets[i].size);
		if (!jobs->last[i])
			return -ENOMEM;
		memset(jobs->last[i], POISON, run->stage.targets[i].size);
	}
	return 0;
}

void jobs_close(struct run *run)
{
	struct jobs *jobs = &run->jobs;
	unsigned int i;

	for (i = 0; i < JOBS_MAX; i++) {
		if (jobs->list[i].pending && jobs->list[i].fence >= 0)
			close(jobs->list[i].fence);
		free(jobs->list[i].want.map);
	}
	for (i = FB_A0; i < TARGETS; i++)
		free(jobs->last[i]);
}

static bool is_written(struct jobs *jobs, unsigned int target)
{
	unsigned int i;

	for (i = 0; i < jobs->n; i++)
		if (job_at(jobs, i)->target == target)
			return true;
	return false;
}

static uint32_t sources_read(struct jobs *jobs)
{
	uint32_t sources = 0;
	unsigned int i;

	for (i = 0; i < jobs->n; i++)
		sources |= job_at(jobs, i)->sources;
	return sources;
}

static uint32_t sources_shown(const struct world *world)
{
	uint32_t sources = 0;
	unsigned int i;

	for (i = 0; i < PLANES_MAX; i++)
		if (world->plane[i].on)
			sources |= 1u << world->plane[i].fb;
	return sources;
}

/* No pixel is as in another frame at that place, nor as its neighbours. */
static void draw_source(struct buffer *source, uint32_t frame)
{
	unsigned int x, y;

	for (y = 0; y < source->height; y++) {
		uint32_t *row = buffer_row(source, 0, y);

		for (x = 0; x < source->width; x++)
			row[x] = (frame * 2654435761u) + x * 0x030507 +
				 y * 0x010b0d;
	}
}

static void poison(struct run *run, unsigned int target)
{
	struct buffer *buffer = &run->stage.targets[target];

	buffer_poison(buffer, POISON);
	memset(run->jobs.last[target], POISON, buffer->size);
}

void jobs_draw(struct run *run, const struct step *step)
{
	uint32_t used = sources_read(&run->jobs) | sources_shown(&run->world);
	unsigned int i;

	for (i = 0; i < step->n; i++) {
		unsigned int value = step->terms[i].value;

		if (step->terms[i].slot == WB_FB && value && value < TARGETS &&
		    !is_written(&run->jobs, value))
			poison(run, value);
		if (step->terms[i].slot != PLANE_FB || !value ||
		    value >= SOURCES || used & (1u << value))
			continue;
		draw_source(&run->stage.sources[value], ++run->frame);
		used |= 1u << value;
	}
}

/* The part of a plane that lies on the picture, row by row. */
static void compose_plane(const struct stage *stage, const struct world *world,
			  unsigned int plane, struct buffer *want)
{
	struct place at = stage_place(stage, world->plane[plane].at);
	const struct buffer *source = &stage->sources[world->plane[plane].fb];
	int left = at.x < 0 ? -at.x : 0, y;
	int right = (int)at.w;

	if (at.x + right > (int)want->width)
		right = want->width - at.x;
	for (y = 0; y < (int)at.h; y++) {
		if (at.y + y < 0 || at.y + y >= (int)want->height)
			continue;
		memcpy((uint32_t *)buffer_row(want, 0, at.y + y) + at.x + left,
		       (uint32_t *)buffer_row(source, 0, at.from_y + y) +
		       at.from_x + left, (right - left) * sizeof(uint32_t));
	}
}

/* Planes in order, over black. */
static void compose(const struct stage *stage, const struct world *world,
		    struct buffer *want)
{
	unsigned int i;

	memset(want->map, 0, want->size);
	for (i = 0; i < stage->ability.planes; i++)
		if (world->plane[i].on)
			compose_plane(stage, world, i, want);
}

void jobs_turn_off(struct jobs *jobs)
{
	unsigned int i;

	for (i = 0; i < jobs->n; i++)
		job_at(jobs, i)->off = true;
}

void jobs_add(struct run *run, const struct change *change, int fence)
{
	struct jobs *jobs = &run->jobs;
	struct job *job = job_at(jobs, jobs->n);
	unsigned int i;

	job->overwrites = false;
	for (i = 0; i < jobs->n; i++) {
		if (job_at(jobs, i)->target != change->wish.fb)
			continue;
		job_at(jobs, i)->overwritten = true;
		job->overwrites = true;
	}
	jobs->n++;
	job->pending = true;
	job->commit = run->tally.commits;
	job->fence = fence;
	job->target = change->wish.fb;
	job->sources = sources_shown(&change->new);
	job->off = false;
	job->overwritten = false;
	picture_init(&job->want, &run->stage.targets[job->target]);
	compose(&run->stage, &change->new, &job->want);
}

static int check_picture(struct run *run, struct job *job)
{
	const struct buffer *target = &run->stage.targets[job->target];
	const char *fault = picture_fault(&job->want, target);

	run->tally.pictures++;
	if (fault)
		return run_fault(run, FAULT_PICTURE,
				 "picture of commit %lu: %s", job->commit,
				 fault);
	return 0;
}

/* Each byte of a picture that was cancelled: as before, or as it would be. */
static int check_remains(struct run *run, struct job *job)
{
	const struct buffer *target = &run->stage.targets[job->target];
	uint32_t poison, mask = 0x00ffffff;
	unsigned int x, y;

	if (target->format->bytes != 4 || target->format->r.bits != 8 ||
	    target->format->r.shift != 16)
		return 0;
	run->tally.cancelled_pictures++;
	memset(&poison, POISON, sizeof(poison));
	for (y = 0; y < target->height; y++) {
		const uint32_t *have = buffer_row(target, 0, y);
		const uint32_t *want = buffer_row(&job->want, 0, y);

		for (x = 0; x < target->width; x++)
			if (have[x] != poison && (have[x] ^ want[x]) & mask)
				return run_fault(run, FAULT_PICTURE,
						 "cancelled picture of commit %lu: %08x at %u,%u was never shown",
						 job->commit, have[x], x, y);
	}
	return 0;
}

static enum fence_end fence_end(const struct job *job, int status)
{
	if (job->fence < 0)
		return FENCE_NONE;
	return status == 1 ? FENCE_GOOD : FENCE_CANCELLED;
}

/* The rules of what a fence may say. @status: 1, -errno, or 0 without a fence */
static int judge_job(struct run *run, struct job *job, int status)
{
	bool cancelled = status == -ECANCELED && job->off;

	run->tally.fences[fence_end(job, status)]++;
	if (job->fence >= 0 && status != 1 && !cancelled)
		return run_fault(run, FAULT_STATUS,
				 "fence of commit %lu says %s, CRTC was %s since",
				 job->commit, fence_status_name(status),
				 job->off ? "off" : "on");
	if (job->overwritten)
		return 0;
	/* Without a fence nobody knows which of both it is. */
	if (cancelled || (job->fence < 0 && job->off))
		return job->overwrites ? 0 : check_remains(run, job);
	return check_picture(run, job);
}

static int end_first(struct run *run, int status)
{
	struct jobs *jobs = &run->jobs;
	struct job *job = job_at(jobs, 0);
	const struct buffer *target = &run->stage.targets[job->target];
	int fault = judge_job(run, job, status);

	if (job->fence >= 0)
		close(job->fence);
	job->pending = false;
	memcpy(jobs->last[job->target], target->map, target->size);
	jobs->first = (jobs->first + 1) % JOBS_MAX;
	jobs->n--;
	return fault;
}

/* 1 or -errno when it has ended, 0 when not, or when nobody can know. */
static int job_status(const struct job *job)
{
	int status = 0;

	if (job->fence < 0)
		return 0;
	if (fence_status(job->fence, &status))
		return -EBADF;
	return status;
}

/* Jobs end in order: those before one that has ended have ended too. */
static unsigned int count_ended(struct jobs *jobs)
{
	unsigned int i = jobs->n;

	while (i && !job_status(job_at(jobs, i - 1)))
		i--;
	return i;
}

/* Nothing is waited for but to tell better what is wrong. */
static int end_of_first(struct run *run, int *status)
{
	struct job *job = job_at(&run->jobs, 0);

	*status = job_status(job);
	if (job->fence < 0 || *status)
		return 0;
	if (fence_wait(job->fence, PATIENCE_MS))
		return run_fault(run, FAULT_PENDING,
				 "fence of commit %lu has not signalled for %u ms",
				 job->commit, PATIENCE_MS);
	return run_fault(run, FAULT_PENDING,
			 "fence of commit %lu signals after a later commit is over",
			 job->commit);
}

/* Who did not ask for a fence has that of the buffer. */
static int wait_for_buffer(struct run *run, const struct job *job)
{
	int dmabuf = buffer_export(&run->stage.targets[job->target]);
	bool readable;

	if (dmabuf < 0)
		return run_fault(run, FAULT_DEVICE, "cannot export target %u: %s",
				 job->target, strerror(-dmabuf));
	readable = dmabuf_readable(dmabuf, PATIENCE_MS);
	close(dmabuf);
	if (!readable)
		return run_fault(run, FAULT_PENDING,
				 "buffer of commit %lu is not readable after %u ms",
				 job->commit, PATIENCE_MS);
	return 0;
}

/*
 * The engine of vkms takes several pictures. With others, a commit that is over has
 * waited for those before it: end_of_first() finds out.
 */
static int wait_for_picture(struct run *run, const struct job *job)
{
	if (job->fence < 0)
		return wait_for_buffer(run, job);
	if (!strcmp(run->stage.screen.card.driver, "vkms"))
		fence_wait(job->fence, PATIENCE_MS);
	return 0;
}

static int wait_for_pictures(struct run *run)
{
	unsigned int i;
	int fault = 0;

	for (i = 0; i < run->jobs.n && !fault; i++)
		fault = wait_for_picture(run, job_at(&run->jobs, i));
	return fault;
}

int jobs_reap(struct run *run, bool all)
{
	unsigned int n = all ? run->jobs.n : count_ended(&run->jobs);
	int fault = all ? wait_for_pictures(run) : 0, status;

	while (n-- && !fault) {
		fault = end_of_first(run, &status);
		if (!fault)
			fault = end_first(run, status);
	}
	return fault;
}

int jobs_check_quiet(struct run *run)
{
	struct jobs *jobs = &run->jobs;
	unsigned int i;

	for (i = FB_A0; i < TARGETS; i++) {
		const struct buffer *target = &run->stage.targets[i];

		if (!is_written(jobs, i) &&
		    memcmp(target->map, jobs->last[i], target->size))
			return run_fault(run, FAULT_TOUCHED,
					 "somebody wrote to target %u", i);
	}
	return 0;
}

int jobs_check_held(struct run *run)
{
	struct job *job = job_at(&run->jobs, run->jobs.n - 1);

	if (job_status(job))
		return run_fault(run, FAULT_EARLY,
				 "fence of commit %lu says %s while its in-fence is pending",
				 job->commit,
				 fence_status_name(job_status(job)));
	return 0;
}
