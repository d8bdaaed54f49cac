// SPDX-License-Identifier: GPL-2.0-only

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "random_shrink.h"

static bool fails(struct shrink *shrink, const struct step *steps,
		  unsigned int n)
{
	shrink->tries++;
	return shrink->fails(shrink->data, steps, n);
}

static bool is_late(uint64_t until)
{
	return clock_us() > until;
}

/* Takes @count steps away at @at if it then still fails. */
static bool cut(struct shrink *shrink, struct step *steps, unsigned int *n,
		unsigned int at, unsigned int count, struct step *spare)
{
	unsigned int rest = *n - at - count;

	memcpy(spare, steps, at * sizeof(*steps));
	memcpy(spare + at, steps + at + count, rest * sizeof(*steps));
	if (!fails(shrink, spare, at + rest))
		return false;
	*n = at + rest;
	memcpy(steps, spare, *n * sizeof(*steps));
	return true;
}

/* Pieces of half the list, of a quarter, and so on, the youngest first. */
static bool cut_steps(struct shrink *shrink, struct step *steps,
		      unsigned int *n, struct step *spare, uint64_t until)
{
	unsigned int size, at;
	bool any = false;

	for (size = (*n + 1) / 2; size && *n > 1; size /= 2) {
		for (at = *n; at && !is_late(until); ) {
			unsigned int count = at < size ? at : size;

			at -= count;
			if (count < *n && at + count <= *n)
				any |= cut(shrink, steps, n, at, count, spare);
		}
	}
	return any;
}

static void drop_term(struct step *step, unsigned int i)
{
	step->n--;
	memmove(&step->terms[i], &step->terms[i + 1],
		(step->n - i) * sizeof(step->terms[0]));
}

static bool keep_if_fails(struct shrink *shrink, struct step *steps,
			  unsigned int n, struct step *step,
			  const struct step *before)
{
	if (fails(shrink, steps, n))
		return true;
	*step = *before;
	return false;
}

static bool cut_terms(struct shrink *shrink, struct step *steps, unsigned int n,
		      struct step *step)
{
	struct step before;
	bool any = false;
	unsigned int i;

	for (i = step->n; i--; ) {
		before = *step;
		drop_term(step, i);
		any |= keep_if_fails(shrink, steps, n, step, &before);
	}
	return any;
}

static void drop_plane(struct step *step, unsigned int plane)
{
	unsigned int i;

	for (i = step->n; i--; )
		if (step->terms[i].slot >= PLANE_FB &&
		    step->terms[i].plane == plane)
			drop_term(step, i);
}

/* A plane needs both or none of FB_ID and CRTC_ID. */
static bool cut_planes(struct shrink *shrink, struct step *steps,
		       unsigned int n, struct step *step)
{
	struct step before;
	bool any = false;
	unsigned int i;

	for (i = 0; i < PLANES_MAX; i++) {
		before = *step;
		drop_plane(step, i);
		if (step->n != before.n)
			any |= keep_if_fails(shrink, steps, n, step, &before);
	}
	return any;
}

static bool cut_flags(struct shrink *shrink, struct step *steps, unsigned int n,
		      struct step *step)
{
	struct step before;
	bool any = false;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (!(step->flags & (1u << i)))
			continue;
		before = *step;
		step->flags &= ~(1u << i);
		any |= keep_if_fails(shrink, steps, n, step, &before);
	}
	return any;
}

unsigned int shrink(struct shrink *shrink, struct step *steps, unsigned int n)
{
	uint64_t until = clock_us() + shrink->seconds * 1000000ull;
	struct step *spare = calloc(n, sizeof(*spare));
	bool any = spare;
	unsigned int i;

	while (any && !is_late(until)) {
		any = cut_steps(shrink, steps, &n, spare, until);
		for (i = n; i-- && !is_late(until); ) {
			any |= cut_planes(shrink, steps, n, &steps[i]);
			any |= cut_terms(shrink, steps, n, &steps[i]);
			any |= cut_flags(shrink, steps, n, &steps[i]);
		}
	}
	free(spare);
	return n;
}
