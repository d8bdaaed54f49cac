/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes steps: most of them right, from what is on the card, many of those then
 * spoilt in one place. The same seed gives the same steps.
 */
#ifndef RANDOM_GENERATE_H
#define RANDOM_GENERATE_H

#include "random_rules.h"

struct generator {
	uint64_t seed;
	struct ability ability;
};

void generator_init(struct generator *generator, uint64_t seed,
		    const struct ability *ability);

/* The next step, for a card that is as in @world. */
void generate(struct generator *generator, const struct world *world,
	      struct step *step);

#endif
