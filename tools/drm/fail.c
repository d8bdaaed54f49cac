// SPDX-License-Identifier: GPL-2.0-only

#define _GNU_SOURCE	/* strerrorname_np() */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "progress.h"

enum exit_status fail(enum exit_status status, const char *message, ...)
{
	va_list args;

	progress_clear();
	fputs("wbcapture: ", stderr);
	va_start(args, message);
	vfprintf(stderr, message, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

const char *reason(int error)
{
	static char text[96];
	const char *name = strerrorname_np(-error);

	snprintf(text, sizeof(text), "%s (%s)", name ? name : "?",
		 strerror(-error));
	return text;
}
