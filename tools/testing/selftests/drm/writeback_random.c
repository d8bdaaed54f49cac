// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random commits, right ones and wrong ones, against a model of what the kernel
 * promises: which of them it accepts, what state they leave behind, how each
 * fence ends, and what is then in memory. A failure is shortened to a few commits.
 *
 * WRITEBACK_SEED=N, WRITEBACK_COMMITS=N choose; WRITEBACK_LONG=1 runs 100,000, or
 * 5,000 on modelled hardware.
 * WRITEBACK_REPLAY=FILE runs commits as they were printed.
 */

#include "kselftest_harness.h"
#include "random_generate.h"
#include "random_hunt.h"
#include "random_shrink.h"

/* So many that each rule is met. */
#define MANY 10000

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

/* The frames of modelled hardware take as long as real ones. */
static unsigned long usual_count(void)
{
	bool slow = getenv("WRITEBACK_MODEL");

	if (number("WRITEBACK_LONG", 0))
		return slow ? 5000 : 100000;
	return slow ? 300 : 1000;
}

FIXTURE(random) {
	struct hunt *hunt;
};

FIXTURE_SETUP(random)
{
	self->hunt = hunt_create();
	self->hunt->seed = number("WRITEBACK_SEED", 1);
	self->hunt->count = number("WRITEBACK_COMMITS", usual_count());
}

FIXTURE_TEARDOWN(random)
{
	hunt_destroy(self->hunt);
}

TEST_F_TIMEOUT(random, commits_do_as_the_model_says, 7200)
{
	const char *replay = getenv("WRITEBACK_REPLAY"), *missed;
	struct hunt *hunt = self->hunt;

	printf("# seed %llu, %lu commits\n", (unsigned long long)hunt->seed,
	       hunt->count);
	fflush(stdout);
	if (replay)
		hunt_replay(hunt, replay);
	else
		hunt_run(hunt);
	if (screen_missing(hunt->error))
		SKIP(return, "%s", screen_missing(hunt->error));
	ASSERT_EQ(0, hunt->error);
	hunt_print(hunt);
	EXPECT_EQ(FAULT_NONE, hunt->fault)
		TH_LOG("%s", hunt->text);
	if (replay || hunt->fault || hunt->count < MANY)
		return;
	missed = hunt_missed(hunt);
	EXPECT_EQ(NULL, missed)
		TH_LOG("never met: %s", missed);
}

static unsigned int count_terms(const struct hunt *hunt)
{
	unsigned int i, n = 0;

	for (i = 0; i < hunt->n_steps; i++)
		n += hunt->steps[i].n;
	return n;
}

/* With a model that lacks a rule, the first commit that breaks it is a failure. */
TEST_F_TIMEOUT(random, failure_is_shortened, 300)
{
	struct hunt *hunt = self->hunt;

	hunt->ignored = rule_find("framebuffer while off");
	hunt->count = 2000;
	hunt_run(hunt);
	if (screen_missing(hunt->error))
		SKIP(return, "%s", screen_missing(hunt->error));
	ASSERT_EQ(0, hunt->error);
	EXPECT_EQ(FAULT_VERDICT, hunt->fault)
		TH_LOG("%s", hunt->text);
	hunt_print_failure(hunt);
	EXPECT_TRUE(hunt->shrunk);
	EXPECT_LE(hunt->n_steps, 2);
	/* Connector, mode, framebuffer. */
	EXPECT_LE(count_terms(hunt), 4);
}

/* The same without a card: two commits, of which one term each counts. */

#define LIST 200

static struct step list[LIST];

static void fill_list(void)
{
	const struct ability ability = {
		.planes = PLANES_MAX, .in_fence = true, .held = true,
		.odd_format = true, .clips = true,
	};
	const struct world world = { .wb = true, .active = true, .mode = MODE_A };
	struct generator generator;
	unsigned int i;

	generator_init(&generator, 7, &ability);
	for (i = 0; i < LIST; i++)
		generate(&generator, &world, &list[i]);
}

static bool has_term(const struct step *step, enum slot slot, uint8_t value)
{
	unsigned int i;

	for (i = 0; i < step->n; i++)
		if (step->terms[i].slot == slot && step->terms[i].value == value)
			return true;
	return false;
}

/* A writeback to a3 and later, in a commit that does not block, mode B. */
static bool has_both(void *data, const struct step *steps, unsigned int n)
{
	bool first = false;
	unsigned int i;

	(void)data;
	for (i = 0; i < n; i++) {
		if (first && steps[i].flags & STEP_NONBLOCK &&
		    has_term(&steps[i], CRTC_MODE, MODE_B))
			return true;
		first |= has_term(&steps[i], WB_FB, FB_A3);
	}
	return false;
}

TEST(shortening_leaves_what_counts)
{
	struct shrink how = { .fails = has_both, .seconds = 10 };

	fill_list();
	ASSERT_TRUE(has_both(NULL, list, LIST));
	ASSERT_EQ(2, shrink(&how, list, LIST));
	EXPECT_EQ(1, list[0].n);
	EXPECT_EQ(0, list[0].flags);
	EXPECT_EQ(1, list[1].n);
	EXPECT_EQ(STEP_NONBLOCK, list[1].flags);
	EXPECT_LE(how.tries, 200);
}

TEST(commits_are_read_as_they_are_printed)
{
	char text[STEP_TEXT];
	struct step step;
	unsigned int i;

	fill_list();
	for (i = 0; i < LIST; i++) {
		step_print(&list[i], text, sizeof(text));
		ASSERT_TRUE(step_parse(&step, text))
			TH_LOG("%s", text);
		ASSERT_EQ(list[i].flags, step.flags);
		ASSERT_EQ(list[i].n, step.n);
		ASSERT_EQ(0, memcmp(list[i].terms, step.terms,
				    step.n * sizeof(step.terms[0])))
			TH_LOG("%s", text);
	}
	EXPECT_FALSE(step_parse(&step, "nonblock : wb.fb=a9"));
	EXPECT_FALSE(step_parse(&step, "wb.fb=a0"));
}

TEST_HARNESS_MAIN
