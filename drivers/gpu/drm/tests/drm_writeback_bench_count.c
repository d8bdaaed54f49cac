// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of writeback connectors: what a job allocates, and what its clean-up
 * costs others, counted by probes on the tracepoints of slab, workqueues and
 * scheduler
 */

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include <trace/events/kmem.h>
#include <trace/events/sched.h>
#include <trace/events/workqueue.h>

#include <kunit/test.h>

#include "drm_writeback_bench.h"

static atomic_t objects, bytes, items, wakeups;
static atomic64_t busy_ns;
static struct task_struct *counted;

static bool is_worker(const struct task_struct *task)
{
	return task->flags & PF_WQ_WORKER;
}

static void count_object(size_t size)
{
	if (current != counted && !is_worker(current))
		return;

	atomic_inc(&objects);
	atomic_add(size, &bytes);
}

static void probe_kmalloc(void *data, unsigned long call_site, const void *ptr,
			  size_t wanted, size_t size, gfp_t flags, int node)
{
	count_object(size);
}

static void probe_cache(void *data, unsigned long call_site, const void *ptr,
			struct kmem_cache *cache, gfp_t flags, int node)
{
	count_object(kmem_cache_size(cache));
}

static void probe_item(void *data, struct work_struct *work)
{
	atomic_inc(&items);
}

static void probe_waking(void *data, struct task_struct *task)
{
	if (is_worker(task))
		atomic_inc(&wakeups);
}

static DEFINE_PER_CPU(u64, running_since);

static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	u64 now = ktime_get_ns(), since = this_cpu_read(running_since);

	if (is_worker(prev) && since)
		atomic64_add(now - since, &busy_ns);
	this_cpu_write(running_since, is_worker(next) ? now : 0);
}

struct bench_probe {
	const char *name;
	void *probe;
	struct tracepoint *point;
};

static struct bench_probe memory_probes[] = {
	{ "kmalloc", probe_kmalloc },
	{ "kmem_cache_alloc", probe_cache },
	{}
};

static struct bench_probe worker_probes[] = {
	{ "workqueue_execute_start", probe_item },
	{ "sched_waking", probe_waking },
	{}
};

static struct bench_probe time_probes[] = {
	{ "sched_switch", probe_switch },
	{}
};

/* The compiler looks whether the probes fit their tracepoints. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_kmalloc(probe_kmalloc);
	check_trace_callback_type_kmem_cache_alloc(probe_cache);
	check_trace_callback_type_workqueue_execute_start(probe_item);
	check_trace_callback_type_sched_waking(probe_waking);
	check_trace_callback_type_sched_switch(probe_switch);
}

/* Few tracepoints are exported, but all can be walked. */
static void match_point(struct tracepoint *point, void *data)
{
	struct bench_probe *probe;

	for (probe = data; probe->name; probe++)
		if (!strcmp(probe->name, point->name))
			probe->point = point;
}

static void start_counting(struct kunit *test, struct bench_probe *probes)
{
	struct bench_probe *probe;

	counted = current;
	atomic_set(&objects, 0);
	atomic_set(&bytes, 0);
	atomic_set(&items, 0);
	atomic_set(&wakeups, 0);
	atomic64_set(&busy_ns, 0);
	for_each_kernel_tracepoint(match_point, probes);
	for (probe = probes; probe->name; probe++) {
		KUNIT_EXPECT_NOT_NULL(test, probe->point);
		if (probe->point)
			tracepoint_probe_register(probe->point, probe->probe, NULL);
	}
}

static void stop_counting(struct bench_probe *probes)
{
	struct bench_probe *probe;

	for (probe = probes; probe->name; probe++)
		if (probe->point)
			tracepoint_probe_unregister(probe->point, probe->probe, NULL);
	tracepoint_synchronize_unregister();
}

static void report(struct kunit *test, const char *what, const char *kind,
		   const char *unit, u64 number)
{
	char figure[64];

	snprintf(figure, sizeof(figure), "%s/%s", what, kind);
	bench_report(test, figure, unit, number);
}

static void run_jobs(struct kunit *test, struct bench *bench, bool fence,
		     unsigned int each)
{
	struct bench_irq irq;

	bench_irq_init(&irq, bench);
	bench_fill(test, bench, BENCH_JOBS, fence);
	bench_irq_run(test, &irq, BENCH_JOBS, each);
	bench_settle(test, bench, 0);
	bench_close_fences(bench);
}

static void count_memory(struct kunit *test, struct bench *bench, bool fence)
{
	const char *kind = fence ? "fence" : "plain";

	start_counting(test, memory_probes);
	run_jobs(test, bench, fence, BENCH_JOBS);
	stop_counting(memory_probes);
	report(test, "objects", kind, "/1000", atomic_read(&objects));
	report(test, "memory", kind, "B/1000", atomic_read(&bytes));
}

/* What a thousand jobs allocate, all of it the core's own. */
static void drm_bench_writeback_memory(struct kunit *test)
{
	struct bench *bench = bench_create(test, 1);

	count_memory(test, bench, false);
	count_memory(test, bench, true);
}

static void count_work(struct kunit *test, struct bench *bench,
		       const char *kind, unsigned int each)
{
	start_counting(test, worker_probes);
	run_jobs(test, bench, true, each);
	stop_counting(worker_probes);
	report(test, "work-items", kind, "/1000", atomic_read(&items));
	report(test, "wakeups", kind, "/1000", atomic_read(&wakeups));

	start_counting(test, time_probes);
	run_jobs(test, bench, true, each);
	stop_counting(time_probes);
	report(test, "kworkers", kind, "us/1000",
	       div_u64(atomic64_read(&busy_ns), NSEC_PER_USEC));
}

/* What a thousand jobs leave to workers: in one interrupt, or one in each. */
static void drm_bench_writeback_workers(struct kunit *test)
{
	struct bench *bench = bench_create(test, 1);

	count_work(test, bench, "burst", BENCH_JOBS);
	count_work(test, bench, "one-by-one", 1);
}

static struct kunit_case drm_writeback_bench_count_cases[] = {
	KUNIT_CASE_SLOW(drm_bench_writeback_memory),
	KUNIT_CASE_SLOW(drm_bench_writeback_workers),
	{}
};

static struct kunit_suite drm_writeback_bench_count_suite = {
	.name = "drm_writeback_bench_count",
	.test_cases = drm_writeback_bench_count_cases,
};

kunit_test_suite(drm_writeback_bench_count_suite);
