// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>

#include "mode.h"
#include "output.h"
#include "progress.h"
#include "run.h"

static void describe(struct run *run)
{
	const struct capture *capture = run->capture;
	char mode[32];

	mode_name(capture->mode, mode);
	snprintf(run->what, sizeof(run->what), "%s %s %s %s",
		 capture->card->name, capture->pipe->connector.name, mode,
		 capture->format->name);
	run->picture.width = capture->mode->hdisplay;
	run->picture.height = capture->mode->vdisplay;
	snprintf(run->picture.title, sizeof(run->picture.title), "%s %s",
		 capture->card->name, capture->pipe->connector.name);
}

enum exit_status capture_run(const struct capture *capture,
			     struct result *result)
{
	static enum exit_status (*const ways[])(struct run *run) = {
		[WAY_OWN] = capture_own,
		[WAY_LIVE] = capture_live,
		[WAY_SHOWN] = capture_shown,
	};
	struct run run = { .capture = capture, .result = result };

	*result = (struct result) { .capture = capture, .fence = 1 };
	describe(&run);
	progress_begin();
	result->status = output_begin(capture);
	if (!result->status)
		result->status = ways[capture->way](&run);
	progress_clear();
	return result->status;
}
