/* SPDX-License-Identifier: GPL-2.0-only */
/* Exit statuses of wbcapture, and the one way in which it says what failed. */
#ifndef FAIL_H
#define FAIL_H

enum exit_status {
	EXIT_OK = 0,
	EXIT_WRONG_PICTURE = 1,
	EXIT_USAGE = 2,
	EXIT_NO_CARD = 3,
	EXIT_NO_PERMISSION = 4,
	EXIT_NOT_MASTER = 5,
	EXIT_NO_CONNECTOR = 6,
	EXIT_NO_MODE = 7,
	EXIT_NO_FORMAT = 8,
	EXIT_REFUSED = 9,
	EXIT_FENCE_TIMEOUT = 10,
	EXIT_FENCE_ERROR = 11,
	EXIT_NO_OUTPUT = 12,
	EXIT_LOST_FLIP = 13,
	EXIT_INTERRUPTED = 130,
};

/* Prints "wbcapture: MESSAGE" to stderr, and returns @status. */
__printf(2, 3)
enum exit_status fail(enum exit_status status, const char *message, ...);

/* "EINVAL (Invalid argument)" for a negative errno; a static buffer. */
const char *reason(int error);

#endif
