// SPDX-License-Identifier: GPL-2.0-only

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sync_file.h>

#include "held.h"

void held_init(struct held *held, const char *driver)
{
	unsigned int i;

	held->next = 0;
	for (i = 0; i < HELD; i++)
		held->fences[i].fence = -1;
	snprintf(held->driver, sizeof(held->driver), "%s", driver);
}

/* What @fence answers; @status is what it said before, or 0. */
static const char *ask(const struct held *held, int fence, int *status)
{
	struct sync_fence_info info = { };
	struct sync_file_info file = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)&info,
	};

	if (ioctl(fence, SYNC_IOC_FILE_INFO, &file))
		return "a fence does not answer";
	if (strcmp(info.driver_name, held->driver))
		return "a fence names another driver";
	if (*status && *status != info.status)
		return "a fence says something else than before";
	*status = info.status;
	return info.status ? NULL : "a fence is pending for ever";
}

static const char *let_go(struct held *held, unsigned int i)
{
	int fence = held->fences[i].fence;
	const char *fault;

	if (fence < 0)
		return NULL;
	fault = ask(held, fence, &held->fences[i].status);
	close(fence);
	held->fences[i].fence = -1;
	return fault;
}

const char *held_keep(struct held *held, int fence)
{
	unsigned int i = held->next++ % HELD;
	const char *fault = let_go(held, i);
	const char *verdict;

	held->fences[i].fence = fence;
	held->fences[i].status = 0;
	verdict = ask(held, fence, &held->fences[i].status);
	return fault ? fault : verdict;
}

const char *held_release(struct held *held)
{
	const char *fault = NULL;
	unsigned int i;

	for (i = 0; i < HELD; i++) {
		const char *verdict = let_go(held, i);

		fault = fault ? fault : verdict;
	}
	return fault;
}
