// SPDX-License-Identifier: GPL-2.0-only

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "chance.h"

void chance_init(struct chance *chance)
{
	const char *wanted = getenv("WRITEBACK_SEED");

	chance->seed = wanted ? strtoul(wanted, NULL, 0) : time(NULL);
	chance->state = chance->seed;
}

unsigned int chance_below(struct chance *chance, unsigned int limit)
{
	return rand_r(&chance->state) % limit;
}

void chance_sleep(struct chance *chance, unsigned int us)
{
	usleep(chance_below(chance, us));
}

unsigned int rounds_wanted(unsigned int few, unsigned int many)
{
	const char *text = getenv("WRITEBACK_LONG");

	return text && atoi(text) ? many : few;
}
