// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: much at once
 *
 * Engines answer in interrupts, work items and threads on all CPUs, at random
 * moments, for one connector or another, while jobs are queued, cancelled or
 * expire, and the device goes.
 */

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_drv.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

#define STORM_THREADS	2
#define STORM_ROUNDS	100
/* Rounds that take some time each are fewer by that. */
#define STORM_SLOW	5
#define STORM_SLOWEST	10

static unsigned int storm_rounds = STORM_ROUNDS;
module_param(storm_rounds, uint, 0444);
MODULE_PARM_DESC(storm_rounds, "How long storms last; KUnit ends tests that take minutes");

static unsigned int storm_seed;
module_param(storm_seed, uint, 0444);
MODULE_PARM_DESC(storm_seed, "Repeats the moments of another run, 0 for new ones");

/* Not the test's, which may end in the middle. */
static struct task_struct *storm_threads[STORM_THREADS];

struct storm {
	struct kunit *test;
	struct mock_device *mock;
	struct rnd_state random;
	/* How the jobs have ended. */
	unsigned int good, cancelled, expired, gone;
};

static unsigned int below(struct storm *storm, unsigned int limit)
{
	return prandom_u32_state(&storm->random) % limit;
}

static void start_storm(struct storm *storm, struct kunit *test)
{
	u32 seed = storm_seed ?: get_random_u32();

	*storm = (struct storm){ .test = test, .mock = test->priv };
	prandom_seed_state(&storm->random, seed);
	kunit_info(test, "storm_seed=%u\n", seed);
}

static void tell(struct storm *storm)
{
	kunit_info(storm->test,
		   "%u good, %u cancelled, %u timed out, %u gone\n",
		   storm->good, storm->cancelled, storm->expired, storm->gone);
}

/* Each fence has signalled by now, or does so soon. */
static void expect_ended(struct storm *storm, struct dma_fence *fence)
{
	int status = mock_fence_status(fence);

	switch (status) {
	case 1:
		storm->good++;
		break;
	case -ECANCELED:
		storm->cancelled++;
		break;
	case -ETIMEDOUT:
		storm->expired++;
		break;
	case -ENODEV:
		storm->gone++;
		break;
	default:
		KUNIT_FAIL(storm->test, "a fence has the status %d\n", status);
	}
}

/*
 * Threads that answer
 */

/* Each has a job to answer, unless another thread is quicker. */
static int answer_all(void *data)
{
	struct mock_device *mock = data;
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < MOCK_PIPES; i++)
			if (!list_empty_careful(&mock->wb[i].base.job_queue))
				mock_answer(&mock->wb[i], 0);
		usleep_range(1, 50);
	}

	return 0;
}

static void start_threads(struct storm *storm)
{
	unsigned int i, cpu = cpumask_first(cpu_online_mask);
	struct task_struct *thread;

	for (i = 0; i < STORM_THREADS; i++) {
		thread = kthread_run_on_cpu(answer_all, storm->mock, cpu,
					    "storm/%u");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(storm->test, thread);
		storm_threads[i] = thread;
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
	}
}

static void stop_threads(void)
{
	unsigned int i;

	for (i = 0; i < STORM_THREADS; i++) {
		if (storm_threads[i])
			kthread_stop(storm_threads[i]);
		storm_threads[i] = NULL;
	}
}

/* In a hard interrupt as well, and in a work item at times. */
static void answer_too(struct storm *storm)
{
	struct mock_wb *mwb = &storm->mock->wb[below(storm, MOCK_PIPES)];

	if (below(storm, 2))
		mock_answer_in_work(mwb, 0);
	if (below(storm, 2))
		hrtimer_start(&mwb->irq, ns_to_ktime(below(storm, 100000)),
			      HRTIMER_MODE_REL_HARD);
}

/*
 * Queueing
 */

static void route_both(struct mock_device *mock)
{
	struct mock_commit commit;
	unsigned int i;

	mock_commit_begin(&commit, mock);
	for (i = 0; i < MOCK_PIPES; i++) {
		mock_commit_enable(&commit, mock->crtc[i]);
		mock_commit_route(&commit, &mock->wb[i].base.base, mock->crtc[i]);
	}
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
}

static void write_both(struct mock_device *mock, struct dma_fence **fences)
{
	struct mock_commit commit;
	unsigned int i;

	mock_commit_begin(&commit, mock);
	for (i = 0; i < MOCK_PIPES; i++)
		fences[i] = mock_commit_write(&commit, &mock->wb[i]);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
}

static void expect_all_good(struct storm *storm)
{
	unsigned int i, completed = 0;

	for (i = 0; i < MOCK_PIPES; i++) {
		struct mock_wb *mwb = &storm->mock->wb[i];

		KUNIT_EXPECT_TRUE(storm->test,
				  mock_wait_cleaned(mwb, mwb->prepared));
		completed += mwb->base.stats.completed;
	}
	KUNIT_EXPECT_EQ(storm->test, storm->good, completed);
	KUNIT_EXPECT_EQ(storm->test,
			storm->cancelled + storm->expired + storm->gone, 0);
	KUNIT_EXPECT_EQ(storm->test, mock_fbs(storm->mock), 0);
}

struct overlap_case {
	const char *name;
	bool allowed;
};

static const struct overlap_case overlap_cases[] = {
	{ "one at a time", false },
	{ "overlapping", true },
};

KUNIT_ARRAY_PARAM_DESC(overlap, overlap_cases, name);

/* Test that each job is completed once, whoever answers, and cleaned up. */
static void drm_test_writeback_storm_answers(struct kunit *test)
{
	const struct overlap_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	unsigned int i, rounds = storm_rounds;
	struct dma_fence **fences;
	struct storm storm;

	start_storm(&storm, test);
	fences = kunit_kcalloc(test, rounds, MOCK_PIPES * sizeof(*fences),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fences);
	for (i = 0; i < MOCK_PIPES; i++)
		mock->wb[i].base.allow_overlap = param->allowed;
	route_both(mock);
	start_threads(&storm);
	for (i = 0; i < rounds; i++) {
		answer_too(&storm);
		write_both(mock, &fences[i * MOCK_PIPES]);
	}
	for (i = 0; i < rounds * MOCK_PIPES; i++)
		expect_ended(&storm, fences[i]);
	stop_threads();
	expect_all_good(&storm);
	tell(&storm);
}

/* Test that a job that is cancelled while it is answered ends in one way. */
static void drm_test_writeback_storm_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct storm storm;
	unsigned int i;

	start_storm(&storm, test);
	start_threads(&storm);
	for (i = 0; i < storm_rounds; i++) {
		struct dma_fence *fence;

		mock_on(mock);
		answer_too(&storm);
		fence = mock_write(mock);
		if (below(&storm, 2))
			usleep_range(1, 1 + below(&storm, 50));
		mock_off(mock);
		KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
		expect_ended(&storm, fence);
		KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	}
	stop_threads();
	KUNIT_EXPECT_EQ(test, storm.good + storm.cancelled, storm_rounds);
	tell(&storm);
}

/*
 * The deadline
 */

struct late_case {
	const char *name;
	/* The answer comes around so many deadlines. */
	unsigned int deadlines;
	bool stops;
};

static const struct late_case late_cases[] = {
	{ "at the deadline", 1, false },
	{ "at the deadline, and the driver stops the engine", 1, true },
	{ "when it counts as lost", 2, false },
};

KUNIT_ARRAY_PARAM_DESC(storm_late, late_cases, name);

/* Half of the time before, and half after. */
static ktime_t around(struct storm *storm, unsigned int ms)
{
	u64 window = MOCK_SHORT_MS * NSEC_PER_MSEC;

	return ns_to_ktime(ms * NSEC_PER_MSEC - window / 2 +
			   below(storm, window));
}

static struct dma_fence *write_late(struct storm *storm, unsigned int deadlines)
{
	struct mock_device *mock = storm->mock;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	mwb->base.timeout_ms = MOCK_SHORT_MS;
	/* Where it does not count as lost, however late it is. */
	mwb->grace_ms = deadlines > 1 ? 0 : MOCK_LONG_MS;
	fence = mock_write(mock);
	hrtimer_start(&mwb->irq, around(storm, deadlines * MOCK_SHORT_MS),
		      HRTIMER_MODE_REL_HARD);

	return fence;
}

static void wait_for_answer(struct mock_wb *mwb)
{
	long patience = MOCK_PATIENCE;

	while (hrtimer_active(&mwb->irq) && patience--)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_FALSE(mwb->mock->test, hrtimer_active(&mwb->irq));
}

/* A job is held after its answer came only if that was lost: until it is off. */
static void expect_answered(struct storm *storm, bool may_be_lost)
{
	struct mock_device *mock = storm->mock;
	struct mock_wb *mwb = &mock->wb[0];

	wait_for_answer(mwb);
	if (may_be_lost) {
		mock_off(mock);
		mock_on(mock);
	}
	KUNIT_EXPECT_TRUE(storm->test, mock_wait_cleaned(mwb, mwb->prepared));
	KUNIT_EXPECT_EQ(storm->test, mock_fbs(mock), 0);
}

/*
 * Test that a job whose deadline passes in the moment of its answer ends in one
 * way, and that the answer is not taken for that of the next.
 */
static void drm_test_writeback_storm_late(struct kunit *test)
{
	const struct late_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	unsigned int i, rounds = max(storm_rounds / STORM_SLOW, 1u);
	struct drm_writeback_stats *stats = &mock->wb[0].base.stats;
	struct storm storm;

	start_storm(&storm, test);
	if (param->stops)
		mock->wb[0].helper.stop_writeback = mock_wb_stop;
	mock_on(mock);
	for (i = 0; i < rounds; i++) {
		expect_ended(&storm, write_late(&storm, param->deadlines));
		expect_answered(&storm, param->deadlines > 1);
	}
	KUNIT_EXPECT_EQ(test, storm.good + storm.expired, rounds);
	KUNIT_EXPECT_EQ(test, storm.good, stats->completed);
	KUNIT_EXPECT_EQ(test, storm.expired, stats->expired);
	if (!param->stops && param->deadlines == 1)
		KUNIT_EXPECT_EQ(test, stats->spurious, 0);
	tell(&storm);
}

/*
 * The device goes
 */

static void unregister(struct mock_device *mock)
{
	drm_dev_unregister(mock->drm);
}

static void unplug(struct mock_device *mock)
{
	drm_dev_unplug(mock->drm);
}

struct teardown_case {
	const char *name;
	void (*go)(struct mock_device *mock);
};

static const struct teardown_case teardown_cases[] = {
	{ "unregister", unregister },
	{ "unplug", unplug },
};

KUNIT_ARRAY_PARAM_DESC(teardown, teardown_cases, name);

/* One job at the engine, one that waits for it, both answered or not. */
static void write_and_go(struct storm *storm, void (*go)(struct mock_device *mock))
{
	struct mock_device *mock = storm->mock;
	struct dma_fence *first, *second;

	KUNIT_ASSERT_EQ(storm->test, drm_dev_register(mock->drm, 0), 0);
	mock_on(mock);
	start_threads(storm);
	answer_too(storm);
	first = mock_write(mock);
	second = mock_write_nonblock(mock);
	if (below(storm, 2))
		usleep_range(1, 1 + below(storm, 100));
	go(mock);
	drm_atomic_helper_shutdown(mock->drm);
	stop_threads();

	KUNIT_EXPECT_TRUE(storm->test, dma_fence_is_signaled(first));
	KUNIT_EXPECT_TRUE(storm->test, dma_fence_is_signaled(second));
	expect_ended(storm, first);
	expect_ended(storm, second);
	KUNIT_EXPECT_EQ(storm->test, mock_fbs(mock), 0);
}

/* Test that no job is left, and nothing touched, when the device is gone. */
static void drm_test_writeback_storm_teardown(struct kunit *test)
{
	const struct teardown_case *param = test->param_value;
	unsigned int i, rounds = max(storm_rounds / STORM_SLOWEST, 1u);
	struct storm storm;

	start_storm(&storm, test);
	for (i = 0; i < rounds; i++) {
		write_and_go(&storm, param->go);
		mock_release(storm.mock);
		storm.mock = mock_create(test);
		test->priv = storm.mock;
	}
	KUNIT_EXPECT_EQ(test, storm.good + storm.cancelled + storm.gone,
			2 * rounds);
	tell(&storm);
}

static struct kunit_case drm_writeback_storm_tests[] = {
	KUNIT_CASE_PARAM(drm_test_writeback_storm_answers, overlap_gen_params),
	KUNIT_CASE(drm_test_writeback_storm_off),
	KUNIT_CASE_PARAM(drm_test_writeback_storm_late, storm_late_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_storm_teardown, teardown_gen_params),
	{}
};

static void storm_test_exit(struct kunit *test)
{
	stop_threads();
	mock_test_exit(test);
}

static struct kunit_suite drm_writeback_storm_test_suite = {
	.name = "drm_writeback_storm",
	.init = mock_test_init,
	.exit = storm_test_exit,
	.test_cases = drm_writeback_storm_tests,
};

kunit_test_suite(drm_writeback_storm_test_suite);
