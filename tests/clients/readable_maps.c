// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: what a program maps for writing it can read as well. That is so
 * on every PC, and Weston relies on it with a writeback's picture; User-Mode Linux
 * takes such a read for an error, unless the page has been written to before.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *mmap(void *address, size_t size, int protection, int flags, int fd,
	   off_t offset)
{
	if (protection & PROT_WRITE)
		protection |= PROT_READ;
	return (void *)syscall(SYS_mmap, address, size, protection, flags, fd,
			       offset);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd,
	     off_t offset)
{
	return mmap(address, size, protection, flags, fd, offset);
}
