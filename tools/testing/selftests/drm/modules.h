/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loading and removing modules.
 *
 * WRITEBACK_LOAD is the command that loads a module and those that it needs,
 * with parameters for it, and with --show-depends tells their files; "modprobe" if
 * not set. WRITEBACK_DRIVER names the driver's module, if that is not called like
 * the driver.
 */
#ifndef MODULES_H
#define MODULES_H

#include <stdbool.h>
#include <stddef.h>

/* The name of the module of a driver. */
void module_of_driver(const char *driver, char *module, size_t size);

/* 0 when the command did it; @parameters in one text. */
int module_load(const char *module, const char *parameters);

/* Opens the module's file. -errno. */
int module_open(const char *module);

bool module_is_loaded(const char *module);

/* Tries once, or until the module is idle. -errno. */
int module_remove(const char *module);
int module_remove_when_idle(const char *module);

/*
 * Removes all that use @module, when they are idle; and loads them again, with
 * the parameters that they had.
 */
int module_remove_holders(const char *module);
int module_restore_holders(void);

#endif
