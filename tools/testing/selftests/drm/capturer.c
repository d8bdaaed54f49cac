// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capturer.h"

/* After a commit that was refused. */
#define PAUSE_US 200

static void fail(struct capturer *capturer, const char *what,
		 const char *reason)
{
	if (!capturer->fault[0])
		snprintf(capturer->fault, sizeof(capturer->fault), "%s%s", what,
			 reason);
}

static void land(struct capturer *capturer, struct shot *shot)
{
	const char *fault = shot_land(shot, &capturer->tally,
				      capturer->allowed);

	if (fault)
		fail(capturer, "", fault);
}

static void fire(struct capturer *capturer, struct shot *shot,
		 unsigned int frame)
{
	int ret = shot_fire(capturer->screen, shot, frame);

	if (!ret)
		return;
	if (ret != -capturer->refusals[0] && ret != -capturer->refusals[1])
		fail(capturer, "a commit: ", strerror(-ret));
	else if (shot->fence != -1)
		fail(capturer, "a fence", " of a commit that failed");
	capturer->refused++;
	usleep(PAUSE_US);
}

static void *run(void *data)
{
	struct capturer *capturer = data;
	unsigned int i;

	for (i = 0; !capturer->stop && !capturer->fault[0]; i++) {
		struct shot *shot = &capturer->shots[i % CAPTURER_SHOTS];

		land(capturer, shot);
		fire(capturer, shot, i + 1);
	}
	for (i = 0; i < CAPTURER_SHOTS; i++)
		land(capturer, &capturer->shots[i]);
	return NULL;
}

int capturer_start(struct capturer *capturer, struct screen *screen,
		   unsigned int allowed, int refusal, int refusal_2)
{
	int ret;

	memset(capturer, 0, sizeof(*capturer));
	capturer->screen = screen;
	capturer->allowed = allowed;
	capturer->refusals[0] = refusal;
	capturer->refusals[1] = refusal_2;
	ret = shots_create(screen, capturer->shots, CAPTURER_SHOTS);
	if (ret)
		return ret;
	return -pthread_create(&capturer->thread, NULL, run, capturer);
}

/* The thread may land one meanwhile: then it is in flight no more. */
unsigned int capturer_in_flight(const struct capturer *capturer)
{
	unsigned int i, count = 0;

	for (i = 0; i < CAPTURER_SHOTS; i++)
		count += shot_is_in_flight(&capturer->shots[i]);
	return count;
}

bool capturer_failed(const struct capturer *capturer)
{
	return capturer->fault[0];
}

const char *capturer_stop(struct capturer *capturer)
{
	capturer->stop = true;
	pthread_join(capturer->thread, NULL);
	return capturer->fault[0] ? capturer->fault : NULL;
}

void capturer_fini(struct capturer *capturer)
{
	shots_destroy(capturer->shots, CAPTURER_SHOTS);
}
