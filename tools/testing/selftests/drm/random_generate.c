// SPDX-License-Identifier: GPL-2.0-only

#include "random_generate.h"

void generator_init(struct generator *generator, uint64_t seed,
		    const struct ability *ability)
{
	generator->seed = seed * 0x9e3779b97f4a7c15 + 0x2545f4914f6cdd1d;
	generator->ability = *ability;
}

/* xorshift64*: 0 to @n - 1 */
static unsigned int draw(struct generator *generator, unsigned int n)
{
	uint64_t x = generator->seed ?: 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	generator->seed = x;
	return (x * 0x2545f4914f6cdd1d >> 32) % n;
}

static bool chance(struct generator *generator, unsigned int percent)
{
	return draw(generator, 100) < percent;
}

/* Does the card know this term? */
static bool is_known(const struct ability *ability, const struct term *term)
{
	if (term->slot >= PLANE_FB && term->plane >= ability->planes)
		return false;
	if (term->slot == WB_IN)
		return ability->in_fence;
	if (term->slot == WB_FB && term->value == FB_FORMAT)
		return ability->odd_format;
	if (term->slot != PLANE_AT)
		return true;
	if (term->value == AT_SCALED)
		return !ability->scales;
	return ability->clips || term->value == AT_INNER ||
	       term->value == AT_B || term->value == AT_BEYOND;
}

static void random_term(struct generator *generator, struct term *term)
{
	do {
		term->slot = draw(generator, SLOTS);
		term->plane = term->slot < PLANE_FB ? 0 :
			      draw(generator, generator->ability.planes);
		term->value = draw(generator, slot_values(term->slot));
	} while (!is_known(&generator->ability, term));
}

static void add_random(struct generator *generator, struct step *step)
{
	struct term term;

	random_term(generator, &term);
	step_add(step, term.slot, term.plane, term.value);
}

/* A place that is not wrong in any mode. */
static enum at_value good_place(struct generator *generator)
{
	static const enum at_value places[] = {
		AT_A, AT_B, AT_INNER, AT_CORNER, AT_EDGE,
	};

	if (!generator->ability.clips)
		return chance(generator, 50) ? AT_B : AT_INNER;
	return places[draw(generator, ARRAY_SIZE(places))];
}

static void add_flip(struct generator *generator, const struct world *world,
		     struct step *step)
{
	unsigned int plane = draw(generator, generator->ability.planes);

	if (world->plane[plane].on && chance(generator, 15)) {
		step_add(step, PLANE_FB, plane, SOURCE_0);
		step_add(step, PLANE_CRTC, plane, ROUTE_OFF);
		return;
	}
	step_add(step, PLANE_FB, plane, 1 + draw(generator, SOURCES - 1));
	if (!world->plane[plane].on)
		step_add(step, PLANE_CRTC, plane, ROUTE_ON);
	if (!world->plane[plane].on || chance(generator, 20))
		step_add(step, PLANE_AT, plane, good_place(generator));
}

static uint8_t fitting_fb(struct generator *generator, enum mode_value mode)
{
	if (mode == MODE_B)
		return FB_B0 + draw(generator, 2);
	return FB_A0 + draw(generator, 6);
}

static void add_in_fence(struct generator *generator, struct step *step)
{
	bool held = generator->ability.held && chance(generator, 50);

	if (held)
		step->flags |= STEP_NONBLOCK;
	step_add(step, WB_IN, 0, held ? IN_HELD : IN_DONE);
}

static void add_writeback(struct generator *generator, bool attached,
			  enum mode_value mode, struct step *step)
{
	if (!attached)
		step_add(step, WB_CRTC, 0, ROUTE_ON);
	step_add(step, WB_FB, 0, fitting_fb(generator, mode));
	if (chance(generator, 80))
		step_add(step, WB_FENCE, 0,
			 POINTER_GOOD + draw(generator, 2));
	if (chance(generator, 4))
		step_add(step, WB_FENCE, 0, POINTER_0);
	if (generator->ability.in_fence && chance(generator, 15))
		add_in_fence(generator, step);
}

static enum mode_value some_mode(struct generator *generator)
{
	static const enum mode_value modes[] = {
		MODE_A, MODE_A, MODE_AGAIN, MODE_B,
	};

	return modes[draw(generator, ARRAY_SIZE(modes))];
}

static void turn_on(struct generator *generator, const struct world *world,
		    struct step *step)
{
	enum mode_value mode = some_mode(generator);
	bool wb = chance(generator, 70);

	step->flags |= STEP_MODESET;
	step_add(step, CRTC_MODE, 0, mode);
	step_add(step, CRTC_ACTIVE, 0, !chance(generator, 10));
	step_add(step, WB_CRTC, 0, wb);
	step_add(step, DISPLAY_CRTC, 0, !wb || chance(generator, 50));
	add_flip(generator, world, step);
	if (wb && chance(generator, 50))
		add_writeback(generator, true,
			      mode == MODE_B ? MODE_B : MODE_A, step);
}

/* Sometimes with a writeback, which is wrong. */
static void turn_off(struct generator *generator, const struct world *world,
		     struct step *step)
{
	step->flags |= STEP_MODESET;
	step_add(step, CRTC_ACTIVE, 0, 0);
	if (chance(generator, 15))
		add_writeback(generator, world->wb, mode_of(world), step);
	if (chance(generator, 50))
		return;
	step_add(step, CRTC_MODE, 0, MODE_0);
	step_add(step, WB_CRTC, 0, ROUTE_OFF);
	step_add(step, DISPLAY_CRTC, 0, ROUTE_OFF);
}

static void change_mode(struct generator *generator, const struct world *world,
			struct step *step)
{
	enum mode_value mode = mode_of(world) == MODE_A ? MODE_B : MODE_A;

	step->flags |= STEP_MODESET;
	step_add(step, CRTC_MODE, 0, mode);
	if (chance(generator, 60))
		add_writeback(generator, world->wb, mode, step);
}

/* No picture; sometimes one of the things that go only with one. */
static void ask_for_nothing(struct generator *generator, struct step *step)
{
	bool wrong = chance(generator, 40);

	if (chance(generator, 70))
		step_add(step, WB_FB, 0, FB_0);
	if (chance(generator, 70))
		step_add(step, WB_FENCE, 0, wrong ? POINTER_GOOD : POINTER_0);
	if (generator->ability.in_fence && chance(generator, 30))
		step_add(step, WB_IN, 0, wrong ? IN_DONE : IN_NONE);
}

static void add_randoms(struct generator *generator, struct step *step)
{
	unsigned int n = 1 + draw(generator, 5);

	while (n--)
		add_random(generator, step);
}

static void capture(struct generator *generator, const struct world *world,
		    struct step *step)
{
	if (chance(generator, 60))
		add_flip(generator, world, step);
	add_writeback(generator, world->wb, mode_of(world), step);
}

static void route(struct generator *generator, const struct world *world,
		  struct step *step)
{
	if (chance(generator, 60)) {
		step_add(step, WB_CRTC, 0, !world->wb);
		return;
	}
	step->flags |= STEP_MODESET;
	step_add(step, DISPLAY_CRTC, 0, !world->display);
}

/* What makes sense for a card that is as in @world. */
static void make_right(struct generator *generator, const struct world *world,
		       struct step *step)
{
	unsigned int dice = draw(generator, 100);

	if (!world->active && dice < 70)
		turn_on(generator, world, step);
	else if (dice < 50)
		capture(generator, world, step);
	else if (dice < 72)
		add_flip(generator, world, step);
	else if (dice < 79)
		route(generator, world, step);
	else if (dice < 84)
		turn_off(generator, world, step);
	else if (dice < 87)
		change_mode(generator, world, step);
	else if (dice < 94)
		ask_for_nothing(generator, step);
	else
		add_randoms(generator, step);
}

static void make_flags(struct generator *generator, struct step *step)
{
	if (chance(generator, 40))
		step->flags |= STEP_NONBLOCK;
	if (chance(generator, 12))
		step->flags |= STEP_TEST;
	else if (chance(generator, 15))
		step->flags |= STEP_EVENT;
	if (chance(generator, 10))
		step->flags |= STEP_MODESET;
	if (chance(generator, 15))
		step->flags |= STEP_SETTLE;
	if (chance(generator, 8))
		step->flags |= STEP_REMOVE;
	if (chance(generator, 8))
		step_add(step, CRTC_FENCE, 0, POINTER_GOOD + draw(generator, 2));
}

/* Another value for one of the terms. */
static void replace(struct generator *generator, struct step *step)
{
	struct term *term = &step->terms[draw(generator, step->n)];
	struct term other = *term;

	other.value = draw(generator, slot_values(term->slot));
	if (is_known(&generator->ability, &other))
		*term = other;
}

/* Sets a property a second time; which value counts depends on the order. */
static void repeat(struct generator *generator, struct step *step)
{
	if (step_add(step, 0, 0, 0)) {
		step->terms[step->n - 1] = step->terms[draw(generator,
							    step->n - 1)];
		replace(generator, step);
	}
}

static void drop(struct generator *generator, struct step *step)
{
	step->terms[draw(generator, step->n)] = step->terms[step->n - 1];
	step->n--;
}

static void toggle_flag(struct generator *generator, struct step *step)
{
	step->flags ^= 1u << draw(generator, 4);
}

static void spoil(struct generator *generator, struct step *step)
{
	unsigned int dice = draw(generator, 100);

	if (dice < 35 || !step->n)
		add_random(generator, step);
	else if (dice < 55)
		replace(generator, step);
	else if (dice < 70)
		repeat(generator, step);
	else if (dice < 90)
		drop(generator, step);
	else
		toggle_flag(generator, step);
}

static void shuffle(struct generator *generator, struct step *step)
{
	unsigned int i;

	for (i = step->n; i > 1; i--) {
		unsigned int k = draw(generator, i);
		struct term term = step->terms[i - 1];

		step->terms[i - 1] = step->terms[k];
		step->terms[k] = term;
	}
}

void generate(struct generator *generator, const struct world *world,
	      struct step *step)
{
	*step = (struct step) { };
	make_right(generator, world, step);
	make_flags(generator, step);
	while (chance(generator, 35))
		spoil(generator, step);
	if (chance(generator, 50))
		shuffle(generator, step);
}
