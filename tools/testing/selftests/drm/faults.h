/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations of the kernel that fail: the n-th that a thread makes. It needs
 * FAILSLAB.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>

/*
 * Lets those of slab objects fail, silently, but not those with which the kernel
 * watches itself. False: the kernel cannot.
 */
bool faults_prepare(void);

/* The same with pages, and no slab objects. It needs FAIL_PAGE_ALLOC. */
bool faults_prepare_pages(void);

/* From now on the @nth allocation of this thread fails; 0 for none. */
void fault_arm(unsigned int nth);

/* Has it been reached, and failed? No other one fails from now on. */
bool fault_happened(void);

/* How many allocations before it are still to come; 0: it has failed. */
unsigned int fault_distance(void);

#endif
