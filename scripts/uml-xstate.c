// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into User-Mode Linux: lets it run on a host with wide registers.
 *
 * UML 6.12 reads and writes the first 2696 bytes of a process's extended
 * registers. A host refuses a short write, and with AMX there are 11008 bytes
 * of them. So a write becomes: read all, replace what UML knows, write all.
 *
 * The kernel's own memcpy() and malloc() would answer here: use neither.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef long (*ptrace_fn)(int, pid_t, void *, void *);

static char whole[65536];

static long write_whole(ptrace_fn host, pid_t pid, void *type,
			const struct iovec *part)
{
	struct iovec iov = { whole, sizeof(whole) };
	const volatile char *from = part->iov_base;

	if (host(PTRACE_GETREGSET, pid, type, &iov) < 0)
		return -1;
	for (size_t i = 0; i < part->iov_len && i < iov.iov_len; i++)
		whole[i] = from[i];
	return host(PTRACE_SETREGSET, pid, type, &iov);
}

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_fn host;
	static bool wide;
	va_list args;
	pid_t pid;
	void *addr, *data;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);

	if (!host)
		host = (ptrace_fn)dlsym(RTLD_NEXT, "ptrace");
	if (request != PTRACE_SETREGSET || addr != (void *)NT_X86_XSTATE)
		return host(request, pid, addr, data);
	if (!wide) {
		long ret = host(request, pid, addr, data);

		if (ret == 0 || errno != EFAULT)
			return ret;
		wide = true;
	}
	return write_whole(host, pid, addr, data);
}
