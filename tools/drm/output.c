// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "output.h"
#include "stream.h"

static enum exit_status output_is_terminal(void)
{
	if (!isatty(STDOUT_FILENO))
		return EXIT_OK;
	return fail(EXIT_USAGE,
		    "--output -: standard output is a terminal; send the video to a program or a file");
}

enum exit_status output_prepare(const struct options *options)
{
	const char *dir = options->output;

	if (options->no_output)
		return EXIT_OK;
	if (options_stream(options))
		return output_is_terminal();
	if (mkdir(dir, 0777) && errno != EEXIST)
		return fail(EXIT_NO_OUTPUT,
			    "%s: cannot be made: %s; choose another --output",
			    dir, reason(-errno));
	if (access(dir, W_OK | X_OK))
		return fail(EXIT_NO_OUTPUT,
			    "%s: cannot be written to: %s; choose another --output",
			    dir, reason(-errno));
	return EXIT_OK;
}

static enum exit_status write_image(const struct capture *capture,
				    unsigned int frame, const char *suffix,
				    const struct buffer *buffer)
{
	bool raw = capture->options->raw;
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%s-%s-%ux%u-%s-%04u%s.%s",
		 capture->options->output, capture->card->name,
		 capture->pipe->connector.name, buffer->width, buffer->height,
		 capture->format->name, frame, suffix, raw ? "raw" : "png");
	ret = raw ? image_write_raw(buffer, path) :
		    image_write_png(buffer, path);
	if (ret)
		return fail(EXIT_NO_OUTPUT,
			    "%s: not written: %s; make room or choose another --output",
			    path, reason(ret));
	return EXIT_OK;
}

enum exit_status output_frame(const struct capture *capture,
			      unsigned int frame,
			      const struct buffer *captured,
			      const struct buffer *drawn)
{
	const struct options *options = capture->options;
	bool wanted = !(frame % options->every);
	enum exit_status status;

	if (options_stream(options))
		return wanted ? stream_frame(capture, captured) : EXIT_OK;
	if (options->no_output || (!drawn && !wanted))
		return EXIT_OK;
	status = write_image(capture, frame, "", captured);
	if (!status && drawn)
		status = write_image(capture, frame, "-drawn", drawn);
	return status;
}

enum exit_status output_begin(const struct capture *capture)
{
	return options_stream(capture->options) ? stream_begin(capture) :
						  EXIT_OK;
}
