// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <string.h>

#include "ability.h"
#include "mode.h"

static enum ability ability_of(enum attachable how)
{
	switch (how) {
	case ATTACH_LIVE:
		return ABILITY_LIVE;
	case ATTACH_MODESET:
		return ABILITY_MODESET;
	case ATTACH_UNKNOWN:
		return ABILITY_UNKNOWN;
	default:
		return ABILITY_NEVER;
	}
}

/* The first format of a list that is known here. */
static const struct format *known(const uint32_t *formats, unsigned int n)
{
	const struct format *format = NULL;

	while (n-- && !format)
		format = format_find(*formats++);
	return format;
}

static int make_buffer(struct buffer *buffer, const struct card *card,
		       const drmModeModeInfo *mode, const uint32_t *formats,
		       unsigned int n)
{
	const struct format *format = known(formats, n);

	memset(buffer, 0, sizeof(*buffer));
	if (!format)
		return -EINVAL;
	return buffer_create(buffer, card, format, mode->hdisplay,
			     mode->vdisplay, NULL);
}

/* The pipe on the CRTC that feeds the display now. */
static enum ability ask_running(const struct able *able,
				const struct card *card, unsigned int n)
{
	enum ability ability = ABILITY_NEVER;
	struct buffer target;
	struct pipe pipe;
	int error;

	if (pipe_init_running(&pipe, card, n, able->monitor.crtc))
		return ABILITY_NEVER;
	if (!make_buffer(&target, card, &able->mode, pipe.formats,
			 pipe.n_formats))
		ability = ability_of(attach_test(card, &pipe, target.fb,
						 &error));
	buffer_destroy(&target);
	pipe_fini(&pipe);
	return ability;
}

static enum ability ask_together(const struct able *able,
				 const struct card *card,
				 const struct pipe *pipe)
{
	struct buffer source = { }, target = { };
	int ret = -EINVAL;

	if (!(able->monitor.possible_crtcs & (1u << pipe->crtc.index)))
		return ABILITY_NEVER;
	if (!make_buffer(&source, card, &able->mode, pipe->plane_formats,
			 pipe->n_plane_formats) &&
	    !make_buffer(&target, card, &able->mode, pipe->formats,
			 pipe->n_formats))
		ret = monitor_test(&able->monitor, card, pipe, &able->mode,
				   &source, &target);
	buffer_destroy(&target);
	buffer_destroy(&source);
	if (ret == -EACCES)
		return ABILITY_UNKNOWN;
	return ret ? ABILITY_NEVER : ABILITY_TOGETHER;
}

static bool runs_on(const struct card *card, uint32_t crtc,
		    drmModeModeInfo *mode)
{
	struct pipe pipe = { .crtc.id = crtc };

	return crtc && pipe_is_active(&pipe, card, mode);
}

int able_init(struct able *able, const struct card *card, unsigned int m,
	      const struct pipe *pipe, unsigned int n)
{
	const drmModeModeInfo *preferred;
	int ret;

	memset(able, 0, sizeof(*able));
	ret = monitor_init(&able->monitor, card, m);
	if (ret)
		return ret;
	able->on = runs_on(card, able->monitor.crtc, &able->mode);
	if (able->on) {
		able->ability = ask_running(able, card, n);
		return 0;
	}
	preferred = mode_preferred(able->monitor.modes, able->monitor.n_modes);
	able->ability = ABILITY_NEVER;
	if (preferred) {
		able->mode = *preferred;
		able->ability = ask_together(able, card, pipe);
	}
	return 0;
}

void able_fini(struct able *able)
{
	monitor_fini(&able->monitor);
}
