// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of writeback connectors: how long a commit takes, with and without a
 * writeback, on a device with many connectors
 */

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_atomic_uapi.h>
#include <drm/drm_crtc.h>
#include <drm/drm_kunit_helpers.h>
#include <drm/drm_modes.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_modeset_lock.h>
#include <drm/drm_plane.h>

#include <kunit/test.h>

#include "drm_writeback_bench.h"

static const struct drm_display_mode bench_mode = {
	DRM_SIMPLE_MODE(64, 64, 16, 16)
};

/* With the connectors for writeback as many as a device can have. */
#define BENCH_UNRELATED	31

struct bench_display {
	struct bench *bench;
	struct drm_crtc *crtc;
	struct drm_connector *unrelated;
	unsigned int n_unrelated;
};

static const struct drm_connector_funcs unrelated_funcs = {
	.destroy = drm_connector_cleanup,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

static const struct drm_connector_helper_funcs unrelated_helper_funcs;

static void add_unrelated(struct kunit *test, struct bench_display *display,
			  unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct drm_connector *connector = &display->unrelated[i];

		KUNIT_ASSERT_EQ(test, drm_connector_init(display->bench->drm, connector,
							 &unrelated_funcs,
							 DRM_MODE_CONNECTOR_VIRTUAL), 0);
		drm_connector_helper_add(connector, &unrelated_helper_funcs);
	}
	display->n_unrelated = n;
}

/* The CRTC, all unrelated connectors, and the writeback connector if wanted. */
static int fill_state(struct drm_atomic_state *state,
		      struct bench_display *display, bool writeback)
{
	struct bench *bench = display->bench;
	struct drm_connector_state *conn_state;
	struct drm_crtc_state *crtc_state;
	unsigned int i;

	crtc_state = drm_atomic_get_crtc_state(state, display->crtc);
	if (IS_ERR(crtc_state))
		return PTR_ERR(crtc_state);

	for (i = 0; i < display->n_unrelated; i++) {
		conn_state = drm_atomic_get_connector_state(state,
							    &display->unrelated[i]);
		if (IS_ERR(conn_state))
			return PTR_ERR(conn_state);
	}

	if (!writeback)
		return 0;

	conn_state = drm_atomic_get_connector_state(state,
						    &bench_connector(bench)->base);
	if (IS_ERR(conn_state))
		return PTR_ERR(conn_state);

	return drm_writeback_set_fb(conn_state, &bench->fb);
}

static int fill_first_state(struct drm_atomic_state *state,
			    struct bench_display *display, bool on)
{
	struct drm_connector *connector = &bench_connector(display->bench)->base;
	struct drm_connector_state *conn_state;
	struct drm_crtc_state *crtc_state;

	conn_state = drm_atomic_get_connector_state(state, connector);
	if (IS_ERR(conn_state))
		return PTR_ERR(conn_state);
	crtc_state = drm_atomic_get_crtc_state(state, display->crtc);
	if (IS_ERR(crtc_state))
		return PTR_ERR(crtc_state);

	crtc_state->active = on;

	return drm_atomic_set_mode_for_crtc(crtc_state, on ? &bench_mode : NULL) ?:
	       drm_atomic_set_crtc_for_connector(conn_state,
						 on ? display->crtc : NULL);
}

static void with_state(struct kunit *test, struct bench_display *display,
		       bool flag,
		       int (*fill)(struct drm_atomic_state *state,
				   struct bench_display *display, bool flag))
{
	struct drm_modeset_acquire_ctx ctx;
	struct drm_atomic_state *state;

	drm_modeset_acquire_init(&ctx, 0);
	state = drm_atomic_state_alloc(display->bench->drm);
	KUNIT_ASSERT_NOT_NULL(test, state);
	state->acquire_ctx = &ctx;
	KUNIT_EXPECT_EQ(test, fill(state, display, flag), 0);
	KUNIT_EXPECT_EQ(test, drm_atomic_commit(state), 0);
	drm_atomic_state_put(state);
	drm_modeset_drop_locks(&ctx);
	drm_modeset_acquire_fini(&ctx);
}

static void open_display(struct kunit *test, struct bench_display *display,
			 unsigned int connectors, unsigned int unrelated)
{
	struct drm_plane *plane;

	display->bench = bench_create(test, connectors);
	plane = drm_kunit_helper_create_primary_plane(test, display->bench->drm, NULL,
						      NULL, NULL, 0, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, plane);
	display->crtc = drm_kunit_helper_create_crtc(test, display->bench->drm, plane,
						     NULL, NULL, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, display->crtc);
	add_unrelated(test, display, unrelated);
	drm_mode_config_reset(display->bench->drm);
	with_state(test, display, true, fill_first_state);
}

static u64 time_commit(struct kunit *test, struct bench_display *display,
		       bool writeback)
{
	u64 begin = bench_now(), ticks;

	with_state(test, display, writeback, fill_state);
	ticks = bench_now() - begin;
	bench_settle(test, display->bench, 0);

	return ticks;
}

/* How many connectors a device has, and how many others are in a commit. */
struct commit_case {
	unsigned int connectors;
	unsigned int unrelated;
};

static const struct commit_case commit_cases[] = {
	{ 1, 1 },
	{ 1, BENCH_UNRELATED },
	{ 8, 1 },
	{ BENCH_CONNECTORS, 1 },
};

static void describe(const struct commit_case *c, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "connectors=%u,unrelated=%u",
		 c->connectors, c->unrelated);
}

KUNIT_ARRAY_PARAM(commit, commit_cases, describe);

static void report(struct kunit *test, const char *kind, u64 *samples)
{
	char figure[KUNIT_PARAM_DESC_SIZE + 32], what[KUNIT_PARAM_DESC_SIZE];

	describe(test->param_value, what);
	snprintf(figure, sizeof(figure), "commit/%s/%s", kind, what);
	bench_report_time(test, figure, samples, bench_samples, 1);
}

/* Commits with and without a writeback in turn, so that both have the same. */
static void drm_bench_writeback_commit(struct kunit *test)
{
	u64 *without = bench_alloc_samples(test), *with = bench_alloc_samples(test);
	const struct commit_case *c = test->param_value;
	struct bench_display display = {
		.unrelated = kunit_kcalloc(test, BENCH_UNRELATED,
					   sizeof(*display.unrelated), GFP_KERNEL),
	};
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, display.unrelated);
	open_display(test, &display, c->connectors, c->unrelated);
	for (i = 0; i < bench_samples; i++) {
		without[i] = time_commit(test, &display, false);
		with[i] = time_commit(test, &display, true);
	}
	report(test, "none", without);
	report(test, "writeback", with);
	with_state(test, &display, false, fill_first_state);
}

static struct kunit_case drm_writeback_bench_commit_cases[] = {
	KUNIT_CASE_PARAM(drm_bench_writeback_commit, commit_gen_params),
	{}
};

static struct kunit_suite drm_writeback_bench_commit_suite = {
	.name = "drm_writeback_bench_commit",
	.test_cases = drm_writeback_bench_commit_cases,
};

kunit_test_suite(drm_writeback_bench_commit_suite);
