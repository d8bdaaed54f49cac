// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "random_generate.h"
#include "random_holdings.h"
#include "random_hunt.h"
#include "random_shrink.h"

/* No single step takes that long, whatever the kernel waits for. */
#define STUCK_S 60

/* A sign of life every so many commits. */
#define PROGRESS 10000

struct hunt *hunt_create(void)
{
	struct hunt *hunt = mmap(NULL, sizeof(*hunt), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (hunt == MAP_FAILED)
		abort();
	memset(hunt, 0, sizeof(*hunt));
	hunt->ignored = -1;
	hunt->seconds = 20;
	return hunt;
}

void hunt_destroy(struct hunt *hunt)
{
	munmap(hunt, sizeof(*hunt));
}

static void know_card(struct hunt *hunt, const struct stage *stage)
{
	hunt->ability = stage->ability;
	snprintf(hunt->card, sizeof(hunt->card), "%s", stage->screen.card.path);
}

static void count_step(struct hunt *hunt)
{
	__atomic_add_fetch(&hunt->done, 1, __ATOMIC_RELAXED);
}

static unsigned long steps_done(const struct hunt *hunt)
{
	return __atomic_load_n(&hunt->done, __ATOMIC_RELAXED);
}

static void copy_result(struct hunt *hunt, const struct run *run)
{
	hunt->tally = run->tally;
	hunt->fault = run->fault;
	memcpy(hunt->text, run->text, sizeof(hunt->text));
}

/* What has to happen again. */
struct again {
	struct hunt *hunt;
	enum fault fault;
	int got, wanted;
};

static bool fails_again(void *data, const struct step *steps, unsigned int n)
{
	static struct run run;
	struct again *again = data;
	bool same;

	count_step(again->hunt);
	if (run_open(&run, again->hunt->ignored))
		return false;
	run_steps(&run, steps, n);
	same = run.fault == again->fault &&
	       (run.fault != FAULT_VERDICT ||
		(run.got == again->got && run.wanted == again->wanted));
	run_close(&run);
	return same;
}

/* Some failures depend on the timing. */
static bool fails_often(void *data, const struct step *steps, unsigned int n)
{
	return fails_again(data, steps, n) || fails_again(data, steps, n);
}

/* The state before the @n-th step, by the model. */
static void world_before(const struct step *steps, unsigned int n, int ignored,
			 struct world *world)
{
	struct verdict verdict;
	unsigned int i;

	memset(world, 0, sizeof(*world));
	for (i = 0; i < n; i++) {
		judge(&verdict, &steps[i], world, ignored);
		if (!verdict.broken && !(steps[i].flags & STEP_TEST))
			*world = verdict.change.new;
	}
}

/* The last steps that fail too, from their own start; 0: there are none. */
static unsigned int find_tail(struct again *again, const struct step *steps,
			      unsigned int n, struct step *list)
{
	unsigned int planes = again->hunt->ability.planes, count;
	uint64_t until = clock_us() + again->hunt->seconds * 1000000ull;
	struct world world;

	for (count = 1; clock_us() < until; count *= 2) {
		if (count > n)
			count = n;
		world_before(steps, n - count, again->hunt->ignored, &world);
		world_restore(&world, planes, list);
		memcpy(list + 1, steps + n - count, count * sizeof(*list));
		if (fails_often(again, list, count + 1))
			return count + 1;
		if (count == n)
			break;
	}
	return 0;
}

static void report(struct hunt *hunt, const struct step *steps, unsigned int n)
{
	if (n > REPORT_STEPS) {
		steps += n - REPORT_STEPS;
		n = REPORT_STEPS;
		hunt->shrunk = false;
	}
	memcpy(hunt->steps, steps, n * sizeof(*steps));
	hunt->n_steps = n;
}

/* While one client is there, the kernel restores no console between two runs. */
static int stay_open(const char *card)
{
	int fd = open(card, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		drmDropMaster(fd);
	return fd;
}

static void shorten(struct hunt *hunt, const struct run *run,
		    const struct step *steps, unsigned int n)
{
	struct again again = { hunt, run->fault, run->got, run->wanted };
	struct shrink how = { fails_often, &again, hunt->seconds, 0 };
	struct step *list = calloc(n + 1, sizeof(*list));
	int fd = stay_open(hunt->card);
	unsigned int length = list ? find_tail(&again, steps, n, list) : 0;

	hunt->shrunk = length;
	if (length)
		report(hunt, list, shrink(&how, list, length));
	else
		report(hunt, steps, n);
	hunt->tries = how.tries;
	close(fd);
	free(list);
}

static void finish(struct hunt *hunt, struct run *run,
		   const struct holdings *before, const struct step *steps,
		   unsigned int n)
{
	bool clean;

	run_close(run);
	clean = run->fault || holdings_return(before, run->text,
					      sizeof(run->text));
	if (!clean)
		run->fault = FAULT_LEAK;
	copy_result(hunt, run);
	if (hunt->fault && clean)
		shorten(hunt, run, steps, n);
}

static void hunt_random(struct hunt *hunt)
{
	struct step *steps = calloc(hunt->count, sizeof(*steps));
	struct generator generator;
	struct holdings before;
	static struct run run;
	unsigned long n;

	if (!steps)
		abort();
	holdings_take(&before);
	hunt->error = run_open(&run, hunt->ignored);
	if (hunt->error)
		return;
	know_card(hunt, &run.stage);
	generator_init(&generator, hunt->seed, &run.stage.ability);
	for (n = 0; n < hunt->count && !run.fault; n++) {
		generate(&generator, &run.world, &steps[n]);
		hunt->step = steps[n];
		count_step(hunt);
		run_step(&run, &steps[n]);
	}
	if (!run.fault)
		run_settle(&run);
	finish(hunt, &run, &before, steps, n);
	free(steps);
}

static unsigned long read_steps(const char *path, struct step *steps,
				unsigned long max)
{
	FILE *file = fopen(path, "re");
	char line[STEP_TEXT];
	unsigned long n = 0;

	while (file && n < max && fgets(line, sizeof(line), file))
		n += step_parse(&steps[n], line + strspn(line, "# "));
	if (file)
		fclose(file);
	return n;
}

static void hunt_file(struct hunt *hunt, const char *path)
{
	struct step *steps = calloc(100000, sizeof(*steps));
	struct holdings before;
	static struct run run;
	unsigned long n;

	if (!steps)
		abort();
	holdings_take(&before);
	n = read_steps(path, steps, 100000);
	hunt->count = n;
	hunt->error = n ? run_open(&run, -1) : -ENOENT;
	if (hunt->error)
		return;
	know_card(hunt, &run.stage);
	n = run_steps(&run, steps, n);
	finish(hunt, &run, &before, steps, n < hunt->count ? n : hunt->count);
	free(steps);
}

static void print_progress(unsigned long before, unsigned long now)
{
	if (now / PROGRESS == before / PROGRESS)
		return;
	printf("# %lu commits ...\n", now / PROGRESS * PROGRESS);
	fflush(stdout);
}

/* True when it has ended, false when it is stuck. */
static bool watch(struct hunt *hunt, pid_t pid)
{
	unsigned long done = steps_done(hunt);
	uint64_t moved = clock_us();

	while (clock_us() < moved + STUCK_S * 1000000ull) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		usleep(10000);
		if (steps_done(hunt) != done)
			moved = clock_us();
		print_progress(done, steps_done(hunt));
		done = steps_done(hunt);
	}
	return false;
}

static void in_process(struct hunt *hunt, const char *path)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (!pid) {
		hunt->error = -ECHILD;
		if (path)
			hunt_file(hunt, path);
		else
			hunt_random(hunt);
		_exit(0);
	}
	if (watch(hunt, pid))
		return;
	/* It may not even die. */
	kill(pid, SIGKILL);
	hunt->fault = FAULT_DEVICE;
	snprintf(hunt->text, sizeof(hunt->text),
		 "step %lu is stuck in the kernel for %u s", hunt->done,
		 STUCK_S);
	report(hunt, &hunt->step, 1);
}

void hunt_run(struct hunt *hunt)
{
	in_process(hunt, NULL);
}

void hunt_replay(struct hunt *hunt, const char *path)
{
	in_process(hunt, path);
}

static void print_line(const char *what, unsigned long n, unsigned long alone)
{
	if (alone)
		printf("#   %-42s %8lu %8lu\n", what, n, alone);
	else
		printf("#   %-42s %8lu\n", what, n);
}

static const char *const end_names[] = {
	[FENCE_GOOD] = "good",
	[FENCE_CANCELLED] = "cancelled, since the CRTC was turned off",
	[FENCE_NONE] = "not asked for",
};

void hunt_print_failure(const struct hunt *hunt)
{
	char text[STEP_TEXT];
	unsigned int i;

	printf("# %s: %s\n", fault_names[hunt->fault], hunt->text);
	if (hunt->shrunk)
		printf("# shortened to %u commits, from everything off, in %u tries:\n",
		       hunt->n_steps, hunt->tries);
	else if (hunt->n_steps)
		printf("# the last %u commits (it could not be shortened):\n",
		       hunt->n_steps);
	for (i = 0; i < hunt->n_steps; i++) {
		step_print(&hunt->steps[i], text, sizeof(text));
		printf("#   %s\n", text);
	}
	printf("# Run these lines again from a file: WRITEBACK_REPLAY=FILE\n");
	printf("# All of it: WRITEBACK_SEED=%llu WRITEBACK_COMMITS=%lu\n",
	       (unsigned long long)hunt->seed, hunt->count);
}

void hunt_print(const struct hunt *hunt)
{
	const struct tally *tally = &hunt->tally;
	unsigned int i;

	if (hunt->fault)
		hunt_print_failure(hunt);
	printf("# %lu commits: %lu accepted, %lu refused; busy before: %lu\n",
	       tally->commits, tally->accepted, tally->refused, tally->busy);
	printf("# accepted:\n");
	for (i = 0; i < n_kinds; i++)
		print_line(kinds[i].name, tally->kinds[i], 0);
	printf("# refused (in all, and for that alone):\n");
	for (i = 0; i < n_rules; i++)
		print_line(rules[i].name, tally->broken[i], tally->alone[i]);
	printf("# fences:\n");
	for (i = 0; i < FENCE_ENDS; i++)
		print_line(end_names[i], tally->fences[i], 0);
	print_line("pictures compared", tally->pictures, 0);
	print_line("remains of cancelled ones", tally->cancelled_pictures, 0);
	fflush(stdout);
}

static bool can_break(const struct ability *ability, const char *rule)
{
	return !((!ability->odd_format &&
		  !strcmp(rule, "format cannot be written")) ||
		 (!ability->in_fence && strstr(rule, "in-fence")) ||
		 (ability->scales && !strcmp(rule, "plane cannot scale")));
}

const char *hunt_missed(const struct hunt *hunt)
{
	const struct tally *tally = &hunt->tally;
	unsigned int i;

	for (i = 0; i < n_rules; i++)
		if (!tally->alone[i] && can_break(&hunt->ability, rules[i].name))
			return rules[i].name;
	for (i = 0; i < n_kinds; i++)
		if (!tally->kinds[i] &&
		    can_break(&hunt->ability, kinds[i].name))
			return kinds[i].name;
	/* No driver has to be so slow that something is cancelled. */
	if (!tally->fences[FENCE_GOOD])
		return end_names[FENCE_GOOD];
	return tally->busy ? NULL : "busy";
}
