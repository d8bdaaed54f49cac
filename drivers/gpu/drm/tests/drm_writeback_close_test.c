// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: the file that attached them is closed
 */

#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm.h>
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_ioctl.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

static int close_init(struct kunit *test)
{
	struct mock_device *mock;
	int ret;

	ret = mock_test_init(test);
	if (ret)
		return ret;

	mock = test->priv;

	return drm_dev_register(mock->drm, 0);
}

static void close_exit(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	drm_dev_unregister(mock->drm);
	mock_test_exit(test);
}

/* A client, as far as it is an open file. */
struct mock_file {
	struct inode inode;
	struct file file;
};

static struct mock_file *file_open(struct mock_device *mock)
{
	struct kunit *test = mock->test;
	struct mock_file *mfile;

	mfile = kunit_kzalloc(test, sizeof(*mfile), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mfile);
	mfile->inode.i_rdev = MKDEV(DRM_MAJOR, mock->drm->primary->index);
	mfile->file.f_op = mock->drm->driver->fops;
	mfile->file.f_flags = O_RDWR;
	KUNIT_ASSERT_EQ(test, drm_open(&mfile->inode, &mfile->file), 0);

	return mfile;
}

static void file_close(struct mock_file *mfile)
{
	drm_release(&mfile->inode, &mfile->file);
}

/* As a file does that sets CRTC_ID. */
static void route(struct mock_commit *commit, struct mock_wb *mwb,
		  struct drm_crtc *crtc, const struct mock_file *mfile)
{
	struct drm_connector *connector = &mwb->base.base;
	unsigned int index = drm_connector_index(connector);

	mock_commit_route(commit, connector, crtc);
	commit->state->connectors[index].routed_by = mfile->file.private_data;
}

/* The first CRTC feeds writeback connectors of the file, and perhaps a display. */
static void file_on(struct mock_device *mock, const struct mock_file *mfile,
		    bool display, unsigned int writebacks)
{
	struct mock_commit commit;
	unsigned int i;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_plane(&commit, 0);
	if (display)
		mock_commit_route(&commit, &mock->display, mock->crtc[0]);
	for (i = 0; i < writebacks; i++)
		route(&commit, &mock->wb[i], mock->crtc[0], mfile);
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
	mock->num_events = 0;
}

/* A file that is closed leaves its connector beside a display. */
static void leave_orphan(struct mock_device *mock)
{
	struct mock_file *mfile = file_open(mock);

	file_on(mock, mfile, true, 1);
	file_close(mfile);
}

static void expect_routed(struct mock_device *mock, bool routed)
{
	struct drm_connector *connector = &mock->wb[0].base.base;

	KUNIT_EXPECT_PTR_EQ(mock->test, connector->state->crtc,
			    routed ? mock->crtc[0] : NULL);
}

static void expect_display(struct mock_device *mock)
{
	KUNIT_EXPECT_PTR_EQ(mock->test, mock->display.state->crtc, mock->crtc[0]);
	KUNIT_EXPECT_TRUE(mock->test, mock->crtc[0]->state->active);
}

/* CRTC and plane, too. */
static void expect_off(struct mock_device *mock)
{
	KUNIT_EXPECT_FALSE(mock->test, mock->crtc[0]->state->active);
	KUNIT_EXPECT_FALSE(mock->test, mock->crtc[0]->state->enable);
	KUNIT_EXPECT_NULL(mock->test, mock->plane[0]->state->crtc);
	expect_routed(mock, false);
}

/* The mode changes a little. */
static void change_mode(struct mock_commit *commit)
{
	struct mock_device *mock = commit->mock;

	mock->mode->vtotal++;
	mock_commit_enable(commit, mock->crtc[0]);
}

/* Test that a CRTC which fed nothing else goes off. */
static void drm_test_writeback_close_alone(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);

	file_on(mock, mfile, false, 1);
	file_close(mfile);
	expect_off(mock);
}

/* Test that it does so after all connectors of the file. */
static void drm_test_writeback_close_two(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);

	file_on(mock, mfile, false, 2);
	file_close(mfile);
	expect_off(mock);
	KUNIT_EXPECT_NULL(test, mock->wb[1].base.base.state->crtc);
}

/* Test that the close of a file ends nothing of another, but what orphans wait for. */
static void drm_test_writeback_close_other(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *first = file_open(mock), *second = file_open(mock);
	struct mock_commit commit;

	file_on(mock, first, false, 1);
	mock_commit_begin(&commit, mock);
	route(&commit, &mock->wb[1], mock->crtc[0], second);
	KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);

	file_close(first);
	mock_commit_begin(&commit, mock);
	change_mode(&commit);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	expect_routed(mock, false);
	KUNIT_EXPECT_PTR_EQ(test, mock->wb[1].base.base.state->crtc, mock->crtc[0]);

	file_close(second);
	expect_off(mock);
}

/* Test that a state which starts anew, after a deadlock, forgets who routed. */
static void drm_test_writeback_close_cleared(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);
	struct mock_commit commit;

	mock_on(mock);
	mock_commit_begin(&commit, mock);
	route(&commit, &mock->wb[0], mock->crtc[0], mfile);
	drm_atomic_state_clear(commit.state);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);

	file_close(mfile);
	expect_routed(mock, true);
}

/* Test that a connector which can leaves a display without a modeset. */
static void drm_test_writeback_close_live(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock->wb[0].base.live_crtcs = drm_crtc_mask(mock->crtc[0]);
	leave_orphan(mock);
	expect_routed(mock, false);
	expect_display(mock);
	KUNIT_EXPECT_EQ(test, mock->num_events, 0);
}

/* Test that one which cannot stays, since the display must not blink. */
static void drm_test_writeback_close_not_live(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	leave_orphan(mock);
	expect_routed(mock, true);
	expect_display(mock);
	KUNIT_EXPECT_EQ(test, mock->num_events, 0);
}

/* Somebody who holds all modeset locks until told otherwise. */
struct holder {
	struct work_struct work;
	struct mock_device *mock;
	struct completion holds, enough;
};

static void hold_locks(struct work_struct *work)
{
	struct holder *holder = container_of(work, struct holder, work);
	struct mock_commit commit;

	mock_commit_begin(&commit, holder->mock);
	complete(&holder->holds);
	wait_for_completion(&holder->enough);
	mock_commit_drop(&commit);
}

/* Test that the close of a file without connectors needs no lock. */
static void drm_test_writeback_close_bystander(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *owner = file_open(mock), *bystander = file_open(mock);
	struct holder holder = { .mock = mock };

	file_on(mock, owner, false, 1);
	init_completion(&holder.holds);
	init_completion(&holder.enough);
	INIT_WORK_ONSTACK(&holder.work, hold_locks);
	queue_work(system_unbound_wq, &holder.work);
	wait_for_completion(&holder.holds);
	file_close(bystander);
	complete(&holder.enough);
	flush_work(&holder.work);
	destroy_work_on_stack(&holder.work);

	expect_routed(mock, true);
	file_close(owner);
}

static int refuse(struct drm_connector *connector, struct drm_atomic_state *state)
{
	return -EINVAL;
}

/* The connector is there still, and leaves when a display comes. */
static void expect_left_to_modeset(struct mock_device *mock)
{
	struct mock_commit commit;

	expect_routed(mock, true);
	mock_commit_begin(&commit, mock);
	mock_commit_route(&commit, &mock->display, mock->crtc[0]);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
	expect_routed(mock, false);
	expect_display(mock);
}

/* Test that what a driver refuses at the close is done by the next modeset. */
static void drm_test_writeback_close_refused(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);

	file_on(mock, mfile, false, 1);
	mock->wb[0].helper.atomic_check = refuse;
	file_close(mfile);
	mock->wb[0].helper.atomic_check = NULL;
	expect_left_to_modeset(mock);
}

/*
 * No memory for a new state
 */

static struct drm_crtc_state *no_crtc_state(struct drm_crtc *crtc)
{
	return NULL;
}

static struct drm_plane_state *no_plane_state(struct drm_plane *plane)
{
	return NULL;
}

static struct drm_connector_state *no_conn_state(struct drm_connector *connector)
{
	return NULL;
}

static void swap_crtc(struct mock_device *mock)
{
	static const struct drm_crtc_funcs lack = {
		.atomic_duplicate_state = no_crtc_state,
	}, *funcs = &lack;

	swap(mock->crtc[0]->funcs, funcs);
}

static void swap_plane(struct mock_device *mock)
{
	static const struct drm_plane_funcs lack = {
		.atomic_duplicate_state = no_plane_state,
	}, *funcs = &lack;

	swap(mock->plane[0]->funcs, funcs);
}

static void swap_writeback(struct mock_device *mock)
{
	static const struct drm_connector_funcs lack = {
		.atomic_duplicate_state = no_conn_state,
	}, *funcs = &lack;

	swap(mock->wb[0].base.base.funcs, funcs);
}

/* What has no memory for its state, between two calls. */
static const struct lack {
	const char *name;
	void (*exchange)(struct mock_device *mock);
} lacks[] = {
	{ "CRTC", swap_crtc },
	{ "plane", swap_plane },
	{ "writeback", swap_writeback },
};

KUNIT_ARRAY_PARAM_DESC(lack, lacks, name);

/* Test that what has no memory at the close is done by the next modeset. */
static void drm_test_writeback_close_no_memory(struct kunit *test)
{
	const struct lack *lack = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);

	file_on(mock, mfile, false, 1);
	lack->exchange(mock);
	file_close(mfile);
	lack->exchange(mock);
	expect_left_to_modeset(mock);
}

/* In the worker that the close waits for, the nth allocation of its commit fails. */
struct shortage {
	struct drm_mode_config_funcs funcs;
	unsigned int nth;
	bool failed;
};

static struct shortage *to_shortage(struct drm_device *dev)
{
	return container_of(dev->mode_config.funcs, struct shortage, funcs);
}

static struct drm_atomic_state *begin_shortage(struct drm_device *dev)
{
	struct shortage *shortage = to_shortage(dev);
	struct drm_atomic_state *state;

	mock_fail_allocation(shortage->nth);
	state = kzalloc(sizeof(*state), GFP_KERNEL);
	if (state && !drm_atomic_state_init(dev, state))
		return state;

	shortage->failed = mock_has_failed();
	kfree(state);

	return NULL;
}

static void end_shortage(struct drm_atomic_state *state)
{
	to_shortage(state->dev)->failed = mock_has_failed();
	drm_atomic_state_default_release(state);
	kfree(state);
}

static bool close_without(struct mock_device *mock, struct mock_file *mfile,
			  unsigned int nth)
{
	const struct drm_mode_config_funcs *funcs = mock->drm->mode_config.funcs;
	struct shortage shortage = { .funcs = *funcs, .nth = nth };

	shortage.funcs.atomic_state_alloc = begin_shortage;
	shortage.funcs.atomic_state_free = end_shortage;
	mock->drm->mode_config.funcs = &shortage.funcs;
	file_close(mfile);
	mock->drm->mode_config.funcs = funcs;

	return shortage.failed;
}

static void display_off(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_route(&commit, &mock->display, NULL);
	mock_commit_disable(&commit, mock->crtc[0]);
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
}

/* Returns whether there is an nth allocation. */
static bool try_close(struct kunit *test, unsigned int nth)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);
	bool failed;

	file_on(mock, mfile, false, 1);
	failed = close_without(mock, mfile, nth);

	if (mock->wb[0].base.base.state->crtc) {
		KUNIT_EXPECT_TRUE(test, failed);
		expect_left_to_modeset(mock);
		display_off(mock);
	} else {
		expect_off(mock);
	}

	return failed;
}

/* Test that each allocation of a close may fail: at worst, it waits likewise. */
static void drm_test_writeback_close_sweep(struct kunit *test)
{
	mock_sweep(test, try_close);
}

/* Test that a modeset without memory for the orphan fails, and changes nothing. */
static void drm_test_writeback_orphan_no_memory(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	leave_orphan(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->mode_changed = true;
	swap_writeback(mock);
	KUNIT_EXPECT_EQ(test, mock_commit_check(&commit), -ENOMEM);
	swap_writeback(mock);
	expect_routed(mock, true);
	expect_display(mock);
}

/* Test that no commit is made a modeset, not even one that may be. */
static void drm_test_writeback_orphan_flip(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	leave_orphan(mock);
	mock_flip(mock);
	expect_routed(mock, true);
	KUNIT_EXPECT_EQ(test, mock->num_events, 1);
	KUNIT_EXPECT_EQ(test, mock->events[0], 'p');
}

/* Test that a modeset detaches the orphan, with encoders that exclude it too. */
static void drm_test_writeback_orphan_mode(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	leave_orphan(mock);
	mock->encoder.possible_clones = drm_encoder_mask(&mock->encoder);

	mock_commit_begin(&commit, mock);
	change_mode(&commit);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	expect_routed(mock, false);
	expect_display(mock);
}

/* Test that a modeset which the driver wants does so too. */
static void drm_test_writeback_orphan_forced(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	leave_orphan(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->mode_changed = true;
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	expect_routed(mock, false);
	expect_display(mock);
}

/* Test that power management is a modeset. */
static void drm_test_writeback_orphan_inactive(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	leave_orphan(mock);
	mock_off(mock);
	expect_routed(mock, false);
}

/* Test that a client which does not see the orphan can turn the CRTC off. */
static void drm_test_writeback_orphan_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	leave_orphan(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_disable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->display, NULL);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	expect_routed(mock, false);
}

/* Test that another connector which comes makes a modeset, if it is not live. */
static void drm_test_writeback_orphan_connector(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	bool live;

	for (live = true;; live = false) {
		leave_orphan(mock);
		mock->wb[1].base.live_crtcs = live ? drm_crtc_mask(mock->crtc[0]) : 0;
		mock_commit_begin(&commit, mock);
		mock_commit_route(&commit, &mock->wb[1].base.base, mock->crtc[0]);
		KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
		expect_routed(mock, live);
		expect_display(mock);
		if (!live)
			break;

		mock_commit_begin(&commit, mock);
		mock_commit_route(&commit, &mock->wb[1].base.base, NULL);
		KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);
	}
}

/* Test that a file which routes the orphan keeps it, until it is closed. */
static void drm_test_writeback_orphan_adopted(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);
	struct mock_commit commit;
	int i;

	leave_orphan(mock);
	mock_commit_begin(&commit, mock);
	change_mode(&commit);
	route(&commit, &mock->wb[0], mock->crtc[0], mfile);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	expect_routed(mock, true);

	for (i = 0; i < 2; i++) {
		mock_commit_begin(&commit, mock);
		change_mode(&commit);
		KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
		expect_routed(mock, !i);
		if (!i)
			file_close(mfile);
	}
}

/* Test that a commit which writes with the orphan gets its picture. */
static void drm_test_writeback_orphan_written(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	leave_orphan(mock);
	mock->wb[0].answer_ms = 1;
	mock_commit_begin(&commit, mock);
	change_mode(&commit);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
	expect_routed(mock, true);
}

static struct drm_atomic_state *suspend(struct mock_device *mock)
{
	struct drm_atomic_state *state = drm_atomic_helper_suspend(mock->drm);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(mock->test, state);

	return state;
}

/* Test that a file owns what a resume brings back. */
static void drm_test_writeback_close_resumed(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);
	struct drm_atomic_state *state;

	file_on(mock, mfile, false, 1);
	state = suspend(mock);
	KUNIT_EXPECT_EQ(test, drm_atomic_helper_resume(mock->drm, state), 0);
	expect_routed(mock, true);
	file_close(mfile);
	expect_off(mock);
}

/* Test that a resume does not turn on what was closed meanwhile. */
static void drm_test_writeback_close_suspended(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);
	struct drm_atomic_state *state;

	file_on(mock, mfile, false, 1);
	state = suspend(mock);
	file_close(mfile);
	KUNIT_EXPECT_EQ(test, drm_atomic_helper_resume(mock->drm, state), 0);
	expect_off(mock);
}

/* Test that the display beside comes back alone. */
static void drm_test_writeback_close_suspended_display(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_file *mfile = file_open(mock);
	struct drm_atomic_state *state;

	file_on(mock, mfile, true, 1);
	state = suspend(mock);
	file_close(mfile);
	KUNIT_EXPECT_EQ(test, drm_atomic_helper_resume(mock->drm, state), 0);
	expect_routed(mock, false);
	expect_display(mock);
}

static struct kunit_case drm_writeback_close_tests[] = {
	KUNIT_CASE(drm_test_writeback_close_alone),
	KUNIT_CASE(drm_test_writeback_close_two),
	KUNIT_CASE(drm_test_writeback_close_other),
	KUNIT_CASE(drm_test_writeback_close_cleared),
	KUNIT_CASE(drm_test_writeback_close_live),
	KUNIT_CASE(drm_test_writeback_close_not_live),
	KUNIT_CASE(drm_test_writeback_close_bystander),
	KUNIT_CASE(drm_test_writeback_close_refused),
	KUNIT_CASE_PARAM(drm_test_writeback_close_no_memory, lack_gen_params),
	KUNIT_CASE(drm_test_writeback_close_sweep),
	KUNIT_CASE(drm_test_writeback_close_resumed),
	KUNIT_CASE(drm_test_writeback_close_suspended),
	KUNIT_CASE(drm_test_writeback_close_suspended_display),
	KUNIT_CASE(drm_test_writeback_orphan_flip),
	KUNIT_CASE(drm_test_writeback_orphan_mode),
	KUNIT_CASE(drm_test_writeback_orphan_forced),
	KUNIT_CASE(drm_test_writeback_orphan_inactive),
	KUNIT_CASE(drm_test_writeback_orphan_off),
	KUNIT_CASE(drm_test_writeback_orphan_connector),
	KUNIT_CASE(drm_test_writeback_orphan_adopted),
	KUNIT_CASE(drm_test_writeback_orphan_written),
	KUNIT_CASE(drm_test_writeback_orphan_no_memory),
	{ }
};

static struct kunit_suite drm_writeback_close_test_suite = {
	.name = "drm_writeback_close",
	.init = close_init,
	.exit = close_exit,
	.test_cases = drm_writeback_close_tests,
};

kunit_test_suite(drm_writeback_close_test_suite);
