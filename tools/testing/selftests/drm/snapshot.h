/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a card shows and what is held for it, as far as user space can see: to
 * tell that something left no trace.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "atomic.h"

struct snapshot {
	/* Each property of each connector, CRTC and plane. */
	struct setting *properties;
	unsigned int n_properties;
	/* From debugfs: framebuffers, the references to them and their memory. */
	unsigned int framebuffers, references;
	/* The next file descriptor of this process, writeback jobs in flight. */
	unsigned int fd, jobs;
	/*
	 * Of all the kernel: dma-bufs, fences on them that are pending, and lines
	 * about timelines of sw_sync, their fences and sync_files.
	 */
	unsigned int dmabufs, pending, sync;
};

/*
 * Waits for the writeback jobs in flight. 0 or -errno. snapshot_free() empties
 * @snapshot, which may be all zero.
 */
int snapshot_take(struct snapshot *snapshot, const struct card *card);
void snapshot_free(struct snapshot *snapshot);

/*
 * What is held now that was not @before, or NULL; after some time, since the
 * kernel lets go of things in work items. A static text.
 */
const char *snapshot_leak(const struct snapshot *before,
			  const struct card *card);

/* The same, or what has changed besides. */
const char *snapshot_change(const struct snapshot *before,
			    const struct card *card);

#endif
