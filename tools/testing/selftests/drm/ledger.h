/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel holds for a card and its clients, as far as it tells: nothing
 * may be left behind.
 */
#ifndef LEDGER_H
#define LEDGER_H

/* -1 for what the kernel does not tell. */
struct ledger {
	long framebuffers;		/* of the card */
	long jobs;			/* of writeback that are not cleaned up */
	long drm_users;			/* of the module: fences are among them */
	long fds;			/* of this process */
	long shared_kb;			/* shared memory, of buffers too */
	long used_kb;			/* all memory that is in use */
};

/*
 * Card @path with the connector @name. What is left soon is waited for: as long
 * as there are jobs.
 */
void ledger_take(struct ledger *ledger, const char *path, const char *name);

/*
 * Waits until all is as it was, for as long as that may take. NULL, or what is
 * more than before, in a static buffer.
 */
const char *ledger_excess(const struct ledger *before, const char *path,
			  const char *name);

#endif
