// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts and fence variables against the model. */

#define _GNU_SOURCE	/* strerrorname_np() */
#include <string.h>

#include "random_checks.h"

static bool variable_is_set(const struct change *change, enum variable variable)
{
	enum slot slot = variable < CRTC_GOOD ? WB_FENCE : CRTC_FENCE;
	unsigned int value = POINTER_GOOD + variable % 2, i;

	for (i = 0; i < change->processed; i++)
		if (change->step->terms[i].slot == slot &&
		    change->step->terms[i].value == value)
			return true;
	return false;
}

static bool variable_is_due(const struct change *change, enum variable variable)
{
	uint8_t pointer = variable < CRTC_GOOD ? change->wish.fence :
						 change->wish.crtc_fence;

	return pointer == POINTER_GOOD + variable % 2;
}

enum fault check_variables(struct run *run, const struct change *change,
			   bool real)
{
	static const char *const names[] = {
		"good", "other", "CRTC's good", "CRTC's other",
	};
	unsigned int i;

	for (i = 0; i < VARIABLES; i++) {
		int have = run->stage.variables[i];
		int want = variable_is_set(change, i) ? -1 : UNTOUCHED;

		if (real && variable_is_due(change, i) ?
		    have < 0 || have == UNTOUCHED : have != want)
			return run_fault(run, FAULT_VARIABLE,
					 "%s fence variable is %d", names[i],
					 have);
	}
	return FAULT_NONE;
}

void count_verdict(struct run *run, const struct verdict *verdict)
{
	struct tally *tally = &run->tally;
	unsigned int i;

	if (verdict->broken)
		tally->refused++;
	else
		tally->accepted++;
	for (i = 0; i < n_rules; i++) {
		tally->broken[i] += verdict->broken >> i & 1;
		tally->alone[i] += verdict->broken == 1ull << i;
	}
	for (i = 0; i < n_kinds && !verdict->broken; i++)
		tally->kinds[i] += kinds[i].is(&verdict->change);
}

static const char *error_name(int error)
{
	return error ? strerrorname_np(-error) : "yes";
}

enum fault wrong_verdict(struct run *run, const struct verdict *verdict,
			 int got, int wanted)
{
	const char *why = "nothing is wrong with it";
	unsigned int i;

	for (i = n_rules; i--; )
		if (verdict->broken & (1ull << i))
			why = rules[i].name;
	run->got = got;
	run->wanted = wanted;
	return run_fault(run, FAULT_VERDICT, "the kernel says %s, not %s: %s",
			 error_name(got), error_name(wanted), why);
}

int wanted_error(const struct verdict *verdict)
{
	unsigned int i;

	for (i = 0; i < n_rules; i++)
		if (verdict->broken & (1ull << i))
			return rules[i].error ?: verdict->change.error;
	return 0;
}
