// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: shows a picture on a display, like a compositor, and hands its DRM
 * file to a command as descriptor 3; looks afterwards whether the display is as
 * it was.
 *
 * Usage: handover MODE CARD DRAWN.png COMMAND [ARGUMENT...]
 *
 *   MODE  file   the file that shows the picture
 *         lease  a lease of the objects that show it, and of the connector
 *         asleep the file; but the display is asleep (ACTIVE is 0)
 *         part   a lease of a CRTC that is off, a plane and the connector
 *
 * Ends with the command's status, or 99 when the display has changed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"
#include "mode.h"
#include "monitor.h"
#include "picture.h"

#define HANDED 3
#define BROKEN 98
#define CHANGED 99

/* What user space sees of a display. */
struct view {
	uint64_t fb, width, height, active, crtc, writeback_crtc;
};

static void die(const char *what)
{
	fprintf(stderr, "handover: %s: %s\n", what, strerror(errno));
	exit(BROKEN);
}

/* What the display consists of. */
struct stage {
	struct card card;
	struct pipe pipe;
	struct monitor monitor;
	struct buffer buffer;
};

static struct view look(const struct stage *stage)
{
	const struct card *card = &stage->card;
	const struct pipe *pipe = &stage->pipe;
	drmModeCrtc *crtc = drmModeGetCrtc(card->fd, pipe->crtc.id);
	struct view view = { };

	if (!crtc)
		die("drmModeGetCrtc");
	if (crtc->mode_valid) {
		view.width = crtc->mode.hdisplay;
		view.height = crtc->mode.vdisplay;
	}
	drmModeFreeCrtc(crtc);
	card_property(card, pipe->plane.id, DRM_MODE_OBJECT_PLANE, "FB_ID",
		      &view.fb);
	card_property(card, pipe->crtc.id, DRM_MODE_OBJECT_CRTC, "ACTIVE",
		      &view.active);
	card_property(card, stage->monitor.id, DRM_MODE_OBJECT_CONNECTOR,
		      "CRTC_ID", &view.crtc);
	card_property(card, pipe->connector.id, DRM_MODE_OBJECT_CONNECTOR,
		      "CRTC_ID", &view.writeback_crtc);
	return view;
}

static int make_lease(const struct stage *stage, bool whole)
{
	const struct pipe *pipe = &stage->pipe;
	uint32_t objects[] = {
		pipe->crtc.id, pipe->plane.id, pipe->connector.id,
		stage->monitor.id
	}, lessee;
	int fd = drmModeCreateLease(stage->card.fd, objects, whole ? 4 : 3, 0,
				    &lessee);

	if (fd < 0)
		die("drmModeCreateLease");
	return fd;
}

static int fall_asleep(const struct stage *stage)
{
	const struct pipe *pipe = &stage->pipe;
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();

	drmModeAtomicAddProperty(req, pipe->crtc.id, pipe->crtc.active, 0);
	return request_commit(&stage->card, req,
			      DRM_MODE_ATOMIC_ALLOW_MODESET);
}

static void show(struct stage *stage, const char *path)
{
	const struct mode_wish wish = { .width = 640, .height = 480 };
	const struct monitor *monitor = &stage->monitor;
	struct picture picture = {
		.width = wish.width,
		.height = wish.height,
		.title = "handed over",
	};
	const drmModeModeInfo *mode;

	mode = mode_find(monitor->modes, monitor->n_modes, &wish);
	if (!mode ||
	    buffer_create(&stage->buffer, &stage->card,
			  format_find_name("XRGB8888"), wish.width,
			  wish.height, NULL) ||
	    picture_draw(&picture, 7, &stage->buffer) ||
	    image_write_png(&stage->buffer, path) ||
	    monitor_on(monitor, &stage->card, &stage->pipe, mode,
		       &stage->buffer))
		die("no picture");
}

static void set_stage(struct stage *stage, const char *card, const char *path)
{
	if (card_open(&stage->card, card) ||
	    pipe_init_running(&stage->pipe, &stage->card, 0, 0) ||
	    monitor_find(&stage->monitor, &stage->card, &stage->pipe))
		die("no such display");
	show(stage, path);
}

/* The file to hand over. */
static int prepare(const struct stage *stage, const char *mode)
{
	if (!strcmp(mode, "asleep") && fall_asleep(stage))
		die("it stays awake");
	if (!strcmp(mode, "part") &&
	    monitor_off(&stage->monitor, &stage->card, &stage->pipe))
		die("it stays on");
	if (!strcmp(mode, "lease") || !strcmp(mode, "part"))
		return make_lease(stage, !strcmp(mode, "lease"));
	return stage->card.fd;
}

static int run(char **command, int fd)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (dup2(fd, HANDED) < 0 || fcntl(HANDED, F_SETFD, 0))
			die("dup2");
		execvp(command[0], command);
		die(command[0]);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("no command");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct view before, after;
	struct stage stage;
	int fd, status;

	if (argc < 5)
		die("wrong usage");
	set_stage(&stage, argv[2], argv[3]);
	fd = prepare(&stage, argv[1]);
	before = look(&stage);
	status = run(&argv[4], fd);
	after = look(&stage);
	return memcmp(&before, &after, sizeof(after)) ? CHANGED : status;
}
