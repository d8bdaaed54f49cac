/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel keeps for its users: a run has to leave none of it behind. */
#ifndef RANDOM_HOLDINGS_H
#define RANDOM_HOLDINGS_H

#include <stdbool.h>
#include <stddef.h>

struct holdings {
	long framebuffers;		/* of all cards */
	long shmem_kb;			/* memory of dumb buffers, of vkms */
	long fds;			/* of this process */
};

void holdings_take(struct holdings *holdings);

/* As before, at the latest in a while? Else @text tells what is left. */
bool holdings_return(const struct holdings *before, char *text, size_t size);

#endif
