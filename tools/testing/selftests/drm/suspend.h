/* SPDX-License-Identifier: GPL-2.0-only */
/* Suspend: of the system as far as its devices go, and of one device. */
#ifndef SUSPEND_H
#define SUSPEND_H

#include <stdbool.h>

/*
 * Suspends all devices, all phases of it, and where there is more than idling to
 * come, all CPUs but one; the kernel wakes them up again after a second. -ENOENT: the
 * kernel cannot be told to, or would lose its files. Else 0 or why it did not suspend.
 */
int system_suspend(void);

/* The same, but they are woken up at once. */
int system_nap(void);

/* Forbids runtime PM of the device of that sysfs directory. 0 or -errno. */
int keep_awake(const char *device, bool awake);

/* Waits until nobody needs the device of that sysfs directory. -ETIMEDOUT. */
int wait_for_runtime_suspend(const char *device);

#endif
