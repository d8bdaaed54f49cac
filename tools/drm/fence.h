/* SPDX-License-Identifier: GPL-2.0-only */
/* Out-fences: wait for one, ask for its status. */
#ifndef FENCE_H
#define FENCE_H

#include <stdint.h>

/* 0 when it signalled, -ETIMEDOUT when not within @timeout_ms, else -errno. */
int fence_wait(int fd, int timeout_ms);

/*
 * SYNC_IOC_FILE_INFO: sets @status to 1 (signalled), 0 (not yet) or a negative
 * errno (signalled with that error). Returns 0 or why the ioctl failed.
 */
int fence_status(int fd, int *status);

/* The same, and for a fence that signalled when: monotonic, in microseconds. */
int fence_signalled(int fd, int *status, uint64_t *at_us);

/* "ok", "pending" or the name of the errno, for a status. */
const char *fence_status_name(int status);

#endif
