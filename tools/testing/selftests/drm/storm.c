// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fence.h"
#include "storm.h"

#define WIDTH 128
#define HEIGHT 96

/* Frames a second: a model takes more of the machine for each. */
#define REFRESH 500
#define REFRESH_MODEL 250
#define REFRESH_SLOW 30

/* How long a storm may last on a slow machine that checks itself. */
#define LIMIT_S 180
#define LIMIT_LONG_S 3000

/* Things happen within that many frames. */
#define MOMENT_FRAMES 3

int storm_prepare(struct screen *screen, struct model *model)
{
	struct mode_wish wish = { WIDTH, HEIGHT, REFRESH };
	int ret = 0;

	if (!model_find(model, &screen->card)) {
		wish.refresh = REFRESH_MODEL;
		ret = model_behave(model);
	} else {
		model->path[0] = '\0';
	}
	screen_wish(screen, &wish);
	return ret;
}

const char *storm_check(struct screen *screen)
{
	static char text[256];
	struct shot shot = { };
	struct tally tally = { };
	const char *fault = NULL;
	int ret = shots_create(screen, &shot, 1);

	if (!ret)
		ret = shot_fire(screen, &shot, 1000);
	if (!ret)
		fault = shot_land(&shot, &tally, 1 << GOOD);
	if (ret)
		snprintf(text, sizeof(text), "a capture fails: %s",
			 strerror(-ret));
	else if (fault)
		snprintf(text, sizeof(text), "a capture is wrong: %s", fault);
	/* Shown no more, so that its framebuffer may go. */
	if (flip_retry(screen, screen_draw(screen, 0), 0) && !ret && !fault) {
		snprintf(text, sizeof(text), "a flip fails");
		fault = text;
	}
	shots_destroy(&shot, 1);
	return ret || fault ? text : NULL;
}

static void on_alarm(int signal)
{
	static const char text[] = "# the storm does not end: something hangs\n";

	(void)signal;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1))
		_exit(1);
}

/* Also for what has no limit of its own: an ioctl, a thread, a client. */
static void limit_time(void)
{
	signal(SIGALRM, on_alarm);
	alarm(rounds_wanted(LIMIT_S, LIMIT_LONG_S));
}

int storm_reopen(struct storm *storm)
{
	struct screen *screen = &storm->screen;
	int ret = screen_open(screen, NULL);

	if (ret)
		return ret;
	ret = storm_prepare(screen, &storm->model);
	if (!ret)
		ret = screen_on(screen);
	if (ret)
		screen_close(screen);
	return ret;
}

int storm_open(struct storm *storm)
{
	const struct screen *screen = &storm->screen;
	int ret;

	limit_time();
	ret = storm_reopen(storm);
	if (ret)
		return ret;
	if (storm_check(&storm->screen)) {
		storm_close(storm);
		return -EILSEQ;
	}
	chance_init(&storm->chance);
	if (storm->model.path[0])
		storm->faults = model_get(&storm->model, "faults");
	ledger_take(&storm->before, screen->card.path,
		    screen->pipe.connector.name);
	return 0;
}

static const char *model_verdict(const struct storm *storm)
{
	if (!storm->model.path[0] ||
	    model_get(&storm->model, "faults") == storm->faults)
		return NULL;
	return model_fault(&storm->model);
}

const char *storm_settle(struct storm *storm)
{
	struct screen *screen = &storm->screen;
	const char *fault = NULL;

	if (storm->model.path[0])
		model_behave(&storm->model);
	if (screen_on(screen))
		return "the screen cannot be turned on";
	fault = storm_check(screen);
	if (!fault)
		fault = ledger_excess(&storm->before, screen->card.path,
				      screen->pipe.connector.name);
	return fault ? fault : model_verdict(storm);
}

void storm_close(struct storm *storm)
{
	screen_close(&storm->screen);
}

int storm_slow_down(struct storm *storm)
{
	const struct mode_wish wish = { WIDTH, HEIGHT, REFRESH_SLOW };

	screen_wish(&storm->screen, &wish);
	return screen_on(&storm->screen);
}

unsigned int storm_moment_us(const struct storm *storm)
{
	return MOMENT_FRAMES * mode_frame_us(&storm->screen.mode);
}
