// SPDX-License-Identifier: GPL-2.0-only
/* Steps as text: "nonblock event: wb.fb=a0 wb.fence=good p0.fb=s1" */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define VALUES_MAX 16

static const struct {
	const char *name;
	const char *values[VALUES_MAX];
} slots[SLOTS] = {
	[WB_CRTC] = { "wb.crtc", { "off", "on", "alien" } },
	[WB_FB] = { "wb.fb", { "0", "a0", "a1", "a2", "a3", "a4", "a5", "b0",
			       "b1", "large", "format", "gone", "alien" } },
	[WB_FENCE] = { "wb.fence", { "0", "good", "other", "rdonly", "unmapped",
				     "kernel", "last" } },
	[WB_IN] = { "wb.in", { "none", "done", "held", "closed", "no_fence",
			       "range" } },
	[DISPLAY_CRTC] = { "display.crtc", { "off", "on", "alien" } },
	[CRTC_ACTIVE] = { "crtc.active", { "0", "1", "2" } },
	[CRTC_MODE] = { "crtc.mode", { "0", "a", "b", "again", "short",
				       "alien" } },
	[CRTC_FENCE] = { "crtc.fence", { "0", "good", "other", "rdonly",
					 "unmapped", "kernel", "last" } },
	[PLANE_FB] = { "fb", { "0", "s1", "s2", "s3", "s4", "s5", "gone",
			       "alien" } },
	[PLANE_CRTC] = { "crtc", { "off", "on", "alien" } },
	[PLANE_AT] = { "at", { "a", "b", "inner", "corner", "edge", "scaled",
			       "beyond" } },
};

static const struct {
	uint8_t flag;
	const char *name;
} flags[] = {
	{ STEP_SETTLE, "settle" },
	{ STEP_TEST, "test" },
	{ STEP_NONBLOCK, "nonblock" },
	{ STEP_EVENT, "event" },
	{ STEP_MODESET, "modeset" },
	{ STEP_REMOVE, "remove" },
};

unsigned int slot_values(enum slot slot)
{
	unsigned int n = 0;

	while (n < VALUES_MAX && slots[slot].values[n])
		n++;
	return n;
}

static bool of_plane(enum slot slot)
{
	return slot >= PLANE_FB;
}

static void term_print(const struct term *term, char *text, size_t size)
{
	const char *value = slots[term->slot].values[term->value];

	if (of_plane(term->slot))
		snprintf(text, size, "p%u.%s=%s", term->plane,
			 slots[term->slot].name, value);
	else
		snprintf(text, size, "%s=%s", slots[term->slot].name, value);
}

void step_print(const struct step *step, char *text, size_t size)
{
	unsigned int i;
	size_t used = 0;
	char word[32];

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(flags) && used < size; i++)
		if (step->flags & flags[i].flag)
			used += snprintf(text + used, size - used, "%s ",
					 flags[i].name);
	if (used < size)
		used += snprintf(text + used, size - used, ":");
	for (i = 0; i < step->n && used < size; i++) {
		term_print(&step->terms[i], word, sizeof(word));
		used += snprintf(text + used, size - used, " %s", word);
	}
}

static bool find_value(struct term *term, const char *text)
{
	unsigned int n = slot_values(term->slot);

	for (term->value = 0; term->value < n; term->value++)
		if (!strcmp(slots[term->slot].values[term->value], text))
			return true;
	return false;
}

/* @word is cut into pieces. */
static bool term_parse(struct term *term, char *word)
{
	char *value = strchr(word, '=');
	bool plane = word[0] == 'p' && strchr("012", word[1]) && word[2] == '.';
	unsigned int i;

	if (!value)
		return false;
	*value++ = '\0';
	term->plane = plane ? word[1] - '0' : 0;
	for (i = 0; i < SLOTS; i++) {
		term->slot = i;
		if (of_plane(i) == plane &&
		    !strcmp(slots[i].name, plane ? word + 3 : word))
			return find_value(term, value);
	}
	return false;
}

static bool flag_parse(struct step *step, const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(flags[i].name, word))
			continue;
		step->flags |= flags[i].flag;
		return true;
	}
	return false;
}

bool step_parse(struct step *step, const char *text)
{
	char copy[STEP_TEXT], *word, *rest = copy;
	bool terms = false;

	memset(step, 0, sizeof(*step));
	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, "\n "))) {
		struct term term;

		if (!*word)
			continue;
		if (!strcmp(word, ":"))
			terms = true;
		else if (!terms && !flag_parse(step, word))
			return false;
		else if (terms && (!term_parse(&term, word) ||
				   !step_add(step, term.slot, term.plane,
					     term.value)))
			return false;
	}
	return terms;
}
