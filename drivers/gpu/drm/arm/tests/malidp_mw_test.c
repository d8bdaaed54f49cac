// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the Mali-DP driver's writeback, on the model of the hardware
 *
 * The driver is the real one; what it does shows in the register writes that the
 * model logs, and in the fences.
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_atomic_uapi.h>
#include <drm/drm_crtc.h>
#include <drm/drm_edid.h>
#include <drm/drm_encoder.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_dma_helper.h>
#include <drm/drm_gem_framebuffer_helper.h>
#include <drm/drm_modes.h>
#include <drm/drm_modeset_helper.h>
#include <drm/drm_plane.h>
#include <drm/drm_vblank.h>
#include <drm/drm_writeback.h>

#include <kunit/test.h>

#include "../malidp_drv.h"
#include "../malidp_mw.h"
#include "../malidp_regs.h"
#include "malidp_model.h"

#define MW_PATIENCE	(10 * HZ)
#define MW_WIDTH	640
#define MW_HEIGHT	480
#define MW_MAX_LOG	1024
#define MW_MAX_WRITES	64

/* Where the products have what, and the bits for it. */
struct mw_product {
	const char *name;
	unsigned int product;
	u32 se, mw, out_size, coeffs, control, on, se_clear, valid;
	u32 completion, errors, irqs;
	u32 xrgb8888, nv12;
};

static const struct mw_product mw_products[] = {
	{
		.name = "dp500",
		.product = 0x500,
		.se = MALIDP500_SE_BASE,
		.mw = MALIDP500_SE_MEMWRITE_BASE,
		.out_size = MALIDP500_SE_MEMWRITE_OUT_SIZE,
		.coeffs = MALIDP500_SE_RGB_YUV_COEFFS,
		.control = MALIDP500_SE_CONTROL,
		.on = BIT(6),
		.se_clear = MALIDP500_SE_BASE + MALIDP_REG_STATUS,
		.valid = MALIDP500_CONFIG_VALID,
		.completion = BIT(4),
		.errors = BIT(5) | BIT(8) | BIT(9),
		.irqs = BIT(0) | BIT(4) | BIT(31),
		.xrgb8888 = 4,
		.nv12 = 14,
	}, {
		.name = "dp550",
		.product = 0x550,
		.se = MALIDP550_SE_BASE,
		.mw = MALIDP550_SE_MEMWRITE_BASE,
		.out_size = MALIDP550_SE_MEMWRITE_OUT_SIZE,
		.coeffs = MALIDP550_SE_RGB_YUV_COEFFS,
		.control = MALIDP550_SE_CONTROL,
		.on = BIT(6) | BIT(7),
		.se_clear = MALIDP550_SE_BASE + MALIDP_REG_CLEARIRQ,
		.valid = MALIDP550_CONFIG_VALID,
		.completion = BIT(0),
		.errors = BIT(16) | BIT(17) | BIT(18),
		.irqs = BIT(0),
		.xrgb8888 = 0x10,
		.nv12 = 0x2e,
	}, {
		.name = "dp650",
		.product = 0x650,
		.se = MALIDP550_SE_BASE,
		.mw = MALIDP550_SE_MEMWRITE_BASE,
		.out_size = MALIDP550_SE_MEMWRITE_OUT_SIZE,
		.coeffs = MALIDP550_SE_RGB_YUV_COEFFS,
		.control = MALIDP550_SE_CONTROL,
		.on = BIT(6) | BIT(7),
		.se_clear = MALIDP550_SE_BASE + MALIDP_REG_CLEARIRQ,
		.valid = MALIDP550_CONFIG_VALID,
		.completion = BIT(0),
		.errors = BIT(16) | BIT(17) | BIT(18),
		.irqs = BIT(0),
		.xrgb8888 = 0x10,
		.nv12 = 0x2e,
	},
};

KUNIT_ARRAY_PARAM_DESC(product, mw_products, name);

struct mw_fixture {
	const struct mw_product *hw;
	struct malidp_model *model;
	struct drm_device *drm;
	struct drm_crtc *crtc;
	struct drm_connector *display;
	struct drm_writeback_connector *wb;
	/* For what is done by hand. */
	void __iomem *regs;
	struct drm_framebuffer *fb;
	struct malidp_model_write log[MW_MAX_LOG];
	struct malidp_model_write wanted[MW_MAX_WRITES];
	unsigned int num_wanted;
};

/*
 * Commits
 */

struct mw_commit {
	struct drm_modeset_acquire_ctx ctx;
	struct drm_atomic_state *state;
};

static void commit_begin(struct kunit *test, struct mw_commit *commit)
{
	struct mw_fixture *fixture = test->priv;

	drm_modeset_acquire_init(&commit->ctx, 0);
	while (drm_modeset_lock_all_ctx(fixture->drm, &commit->ctx) == -EDEADLK)
		drm_modeset_backoff(&commit->ctx);
	commit->state = drm_atomic_state_alloc(fixture->drm);
	KUNIT_ASSERT_NOT_NULL(test, commit->state);
	commit->state->acquire_ctx = &commit->ctx;
}

static int commit_end(struct mw_commit *commit, int ret)
{
	drm_atomic_state_put(commit->state);
	drm_modeset_drop_locks(&commit->ctx);
	drm_modeset_acquire_fini(&commit->ctx);

	return ret;
}

static void route(struct kunit *test, struct mw_commit *commit,
		  struct drm_connector *connector, struct drm_crtc *crtc)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_connector_state(commit->state, connector);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, conn_state);
	KUNIT_EXPECT_EQ(test, drm_atomic_set_crtc_for_connector(conn_state, crtc), 0);
}

/*
 * The display and the writeback connector, on the CRTC or on none. The mode is
 * VGA, at a fraction of its clock.
 */
static void switch_crtc_at(struct kunit *test, bool on, unsigned int divisor)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_display_mode *mode = NULL;
	struct drm_crtc_state *crtc_state;
	struct mw_commit commit;

	if (on) {
		mode = drm_mode_find_dmt(fixture->drm, MW_WIDTH, MW_HEIGHT, 60, false);
		KUNIT_ASSERT_NOT_NULL(test, mode);
		mode->clock /= divisor;
		drm_mode_set_crtcinfo(mode, 0);
	}
	commit_begin(test, &commit);
	crtc_state = drm_atomic_get_crtc_state(commit.state, fixture->crtc);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, crtc_state);
	KUNIT_EXPECT_EQ(test, drm_atomic_set_mode_for_crtc(crtc_state, mode), 0);
	crtc_state->active = on;
	route(test, &commit, fixture->display, on ? fixture->crtc : NULL);
	route(test, &commit, &fixture->wb->base, on ? fixture->crtc : NULL);
	commit.state->allow_modeset = true;
	KUNIT_EXPECT_EQ(test, commit_end(&commit, drm_atomic_commit(commit.state)), 0);
	if (mode)
		drm_mode_destroy(fixture->drm, mode);
}

static void switch_crtc(struct kunit *test, bool on)
{
	switch_crtc_at(test, on, 1);
}

/* A commit that has nothing to do with writeback. */
static void flip(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct mw_commit commit;

	commit_begin(test, &commit);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test,
				     drm_atomic_get_crtc_state(commit.state, fixture->crtc));
	KUNIT_EXPECT_EQ(test, commit_end(&commit, drm_atomic_commit(commit.state)), 0);
}

static const struct drm_framebuffer_funcs fb_funcs = {
	.destroy = drm_gem_fb_destroy,
};

/* The planes are in one buffer, one after the other. */
static struct drm_framebuffer *create_fb(struct kunit *test, u32 format,
					 unsigned int width, unsigned int pitch)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_mode_fb_cmd2 cmd = {
		.width = width,
		.height = MW_HEIGHT,
		.pixel_format = format,
		.pitches = { pitch, pitch },
		.offsets = { 0, pitch * MW_HEIGHT },
	};
	struct drm_gem_dma_object *dma;
	struct drm_framebuffer *fb;
	int i;

	dma = drm_gem_dma_create(fixture->drm, 2 * pitch * MW_HEIGHT);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dma);
	fb = kzalloc(sizeof(*fb), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fb);
	if (drm_format_info(format)->num_planes == 1) {
		cmd.pitches[1] = 0;
		cmd.offsets[1] = 0;
	}
	drm_helper_mode_fill_fb_struct(fixture->drm, fb, &cmd);
	for (i = 0; i < fb->format->num_planes; i++) {
		fb->obj[i] = &dma->base;
		drm_gem_object_get(fb->obj[i]);
	}
	drm_gem_object_put(&dma->base);
	KUNIT_ASSERT_EQ(test, drm_framebuffer_init(fixture->drm, fb, &fb_funcs), 0);

	return fb;
}

static void put_fence(void *fence)
{
	dma_fence_put(fence);
}

/* Returns the fence, valid until the test ends; the commit has to succeed. */
static struct dma_fence *write_to(struct kunit *test, struct drm_framebuffer *fb)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_connector_state *conn_state;
	struct dma_fence *fence;
	struct mw_commit commit;

	commit_begin(test, &commit);
	conn_state = drm_atomic_get_connector_state(commit.state, &fixture->wb->base);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, conn_state);
	KUNIT_ASSERT_EQ(test, drm_writeback_set_fb(conn_state, fb), 0);
	fence = dma_fence_get(drm_writeback_job_fence(conn_state->writeback_job));
	kunit_add_action_or_reset(test, put_fence, fence);
	KUNIT_EXPECT_EQ(test, commit_end(&commit, drm_atomic_commit(commit.state)), 0);

	return fence;
}

static struct dma_fence *write(struct kunit *test)
{
	struct drm_framebuffer *fb = create_fb(test, DRM_FORMAT_XRGB8888,
					       MW_WIDTH, MW_WIDTH * 4);
	struct dma_fence *fence = write_to(test, fb);

	drm_framebuffer_put(fb);

	return fence;
}

/* 0 if the fence does not signal. */
static int status(struct dma_fence *fence)
{
	dma_fence_wait_timeout(fence, false, MW_PATIENCE);

	return dma_fence_get_status(fence);
}

static int check(struct kunit *test, u32 format, unsigned int width,
		 unsigned int pitch)
{
	struct drm_framebuffer *fb = create_fb(test, format, width, pitch);
	struct mw_fixture *fixture = test->priv;
	struct drm_connector_state *conn_state;
	struct mw_commit commit;
	int ret;

	commit_begin(test, &commit);
	conn_state = drm_atomic_get_connector_state(commit.state, &fixture->wb->base);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, conn_state);
	KUNIT_ASSERT_EQ(test, drm_writeback_set_fb(conn_state, fb), 0);
	ret = commit_end(&commit, drm_atomic_check_only(commit.state));
	drm_framebuffer_put(fb);

	return ret;
}

/*
 * The register log
 */

/* What belongs to the engine: its block, how it is switched, when it is latched. */
static bool is_of_engine(const struct mw_product *hw, u32 offset)
{
	return offset == MALIDP_DE_DISPLAY_FUNC || offset == hw->valid ||
	       (offset >= hw->se && offset < hw->mw + 0x100);
}

static void want(struct mw_fixture *fixture, u32 offset, u32 value)
{
	struct malidp_model_write write = { offset, value };

	fixture->wanted[fixture->num_wanted++] = write;
}

static void want_plane(struct mw_fixture *fixture, struct drm_framebuffer *fb,
		       int plane, u32 low, u32 stride)
{
	u64 addr = to_drm_gem_dma_obj(fb->obj[plane])->dma_addr + fb->offsets[plane];
	u32 mw = fixture->hw->mw;

	want(fixture, mw + low, lower_32_bits(addr));
	want(fixture, mw + low + 4, upper_32_bits(addr));
	want(fixture, mw + stride, fb->pitches[plane]);
}

static void want_coeffs(struct mw_fixture *fixture)
{
	static const s16 bt709[] = {
		47, 157, 16, -26, -87, 112, 112, -102, -10, 16, 128, 128,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bt709); i++)
		want(fixture, fixture->hw->coeffs + 4 * i, bt709[i]);
}

/* From the begin of the update to CONFIG_VALID; the scaler is off. */
static void want_start(struct mw_fixture *fixture, struct drm_framebuffer *fb)
{
	const struct mw_product *hw = fixture->hw;
	bool yuv = fb->format->is_yuv;

	want(fixture, hw->valid, 0);
	want(fixture, MALIDP_DE_DISPLAY_FUNC, 0);
	want(fixture, hw->control, 0);
	want(fixture, MALIDP_DE_DISPLAY_FUNC, BIT(16));
	want(fixture, hw->mw + MALIDP_MW_FORMAT, yuv ? hw->nv12 : hw->xrgb8888);
	want_plane(fixture, fb, 0, MALIDP_MW_P1_PTR_LOW, MALIDP_MW_P1_STRIDE);
	if (yuv)
		want_plane(fixture, fb, 1, MALIDP_MW_P2_PTR_LOW, MALIDP_MW_P2_STRIDE);
	want(fixture, hw->out_size, MW_HEIGHT << 16 | MW_WIDTH);
	if (yuv)
		want_coeffs(fixture);
	want(fixture, hw->se + MALIDP_REG_MASKIRQ, hw->irqs | hw->errors);
	want(fixture, hw->control, hw->on);
	want(fixture, hw->valid, 1);
}

/*
 * Switched off: the DP500 when it has started, which it has to latch. The others
 * must not latch again before.
 */
static void want_end(struct mw_fixture *fixture)
{
	const struct mw_product *hw = fixture->hw;

	if (hw->product != 0x500)
		want(fixture, hw->valid, 0);
	want(fixture, hw->control, 0);
	if (hw->product == 0x500)
		want(fixture, hw->valid, 1);
	want(fixture, hw->se + MALIDP_REG_MASKIRQ, hw->irqs);
}

/*
 * Of the log, what is of the engine, less what clears its interrupts, or
 * raises them by hand.
 */
static unsigned int read_log(struct mw_fixture *fixture)
{
	const struct mw_product *hw = fixture->hw;
	unsigned int i, n = 0, all;

	all = malidp_model_log(fixture->model, fixture->log, MW_MAX_LOG);
	for (i = 0; i < all; i++)
		if (is_of_engine(hw, fixture->log[i].offset) &&
		    fixture->log[i].offset != hw->se_clear &&
		    fixture->log[i].offset != hw->se + MALIDP_REG_SETIRQ)
			fixture->log[n++] = fixture->log[i];

	return n;
}

static void expect_log(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	unsigned int i, n = read_log(fixture);

	KUNIT_EXPECT_EQ(test, n, fixture->num_wanted);
	for (i = 0; i < min(n, fixture->num_wanted); i++) {
		KUNIT_EXPECT_EQ_MSG(test, fixture->log[i].offset,
				    fixture->wanted[i].offset, "write %u", i);
		KUNIT_EXPECT_EQ_MSG(test, fixture->log[i].value,
				    fixture->wanted[i].value, "write %u", i);
	}
}

static bool was_written(struct mw_fixture *fixture, u32 offset, u32 value)
{
	unsigned int i, n = malidp_model_log(fixture->model, fixture->log, MW_MAX_LOG);

	for (i = 0; i < n; i++)
		if (fixture->log[i].offset == offset && fixture->log[i].value == value)
			return true;

	return false;
}

/*
 * Life of a test
 */

static void find_connectors(struct mw_fixture *fixture)
{
	struct drm_connector_list_iter iter;
	struct drm_connector *connector;

	drm_connector_list_iter_begin(fixture->drm, &iter);
	drm_for_each_connector_iter(connector, &iter) {
		if (connector->connector_type == DRM_MODE_CONNECTOR_WRITEBACK)
			fixture->wb = drm_connector_to_writeback(connector);
		else
			fixture->display = connector;
	}
	drm_connector_list_iter_end(&iter);
}

static void be_good(struct malidp_model *model)
{
	int i;

	for (i = 0; i < MALIDP_MODEL_KNOBS; i++)
		malidp_model_set(model, i, 0);
}

static int mw_test_init(struct kunit *test)
{
	const struct mw_product *hw = test->param_value;
	struct mw_fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;
	fixture->hw = hw;
	fixture->model = malidp_model_get(hw->product);
	if (!fixture->model)
		kunit_skip(test, "no model of %s: load malidp-model", hw->name);
	fixture->drm = malidp_model_drm(fixture->model);
	if (!fixture->drm)
		kunit_skip(test, "no driver for %s: load mali-dp", hw->name);
	fixture->crtc = drm_crtc_from_index(fixture->drm, 0);
	find_connectors(fixture);
	KUNIT_ASSERT_NOT_NULL(test, fixture->wb);
	KUNIT_ASSERT_NOT_NULL(test, fixture->display);
	be_good(fixture->model);
	switch_crtc(test, true);
	malidp_model_log_clear(fixture->model);

	return 0;
}

static void mw_test_exit(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;

	if (!fixture || !fixture->drm)
		return;
	be_good(fixture->model);
	switch_crtc(test, false);
	KUNIT_EXPECT_EQ(test, malidp_model_count(fixture->model, MALIDP_MODEL_FAULTS), 0);
}

/*
 * The register writes of one writeback
 */

static void expect_writes(struct kunit *test, u32 format, unsigned int pitch)
{
	struct drm_framebuffer *fb = create_fb(test, format, MW_WIDTH, pitch);
	struct mw_fixture *fixture = test->priv;

	want_start(fixture, fb);
	want_end(fixture);
	KUNIT_EXPECT_EQ(test, status(write_to(test, fb)), 1);
	expect_log(test);
	drm_framebuffer_put(fb);
}

/* Test what is written to which register, from the commit to the fence. */
static void malidp_test_mw_writes(struct kunit *test)
{
	expect_writes(test, DRM_FORMAT_XRGB8888, MW_WIDTH * 4);
}

/* Test that NV12 has its second plane and its coefficients. */
static void malidp_test_mw_writes_nv12(struct kunit *test)
{
	expect_writes(test, DRM_FORMAT_NV12, MW_WIDTH);
}

/* Test that the coefficients are written for each picture that needs them. */
static void malidp_test_mw_writes_nv12_again(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;

	expect_writes(test, DRM_FORMAT_NV12, MW_WIDTH);
	fixture->num_wanted = 0;
	malidp_model_log_clear(fixture->model);
	expect_writes(test, DRM_FORMAT_NV12, MW_WIDTH);
}

/* Test that a commit without a job does not start the engine. */
static void malidp_test_mw_flip(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct mw_product *hw = fixture->hw;

	KUNIT_EXPECT_EQ(test, status(write(test)), 1);
	malidp_model_log_clear(fixture->model);
	flip(test);

	want(fixture, hw->valid, 0);
	want(fixture, MALIDP_DE_DISPLAY_FUNC, 0);
	want(fixture, hw->control, 0);
	want(fixture, hw->valid, 1);
	expect_log(test);
}

/*
 * The interrupts
 */

/* Test that the engine's interrupt is cleared with its own bit (M1). */
static void malidp_test_mw_clears_own(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct mw_product *hw = fixture->hw;

	KUNIT_EXPECT_EQ(test, status(write(test)), 1);

	KUNIT_EXPECT_TRUE(test, was_written(fixture, hw->se_clear, hw->completion));
}

/* Test that one picture is written, or as many as it takes to stop the DP500. */
static void malidp_test_mw_once(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	u32 written;

	KUNIT_EXPECT_EQ(test, status(write(test)), 1);
	written = malidp_model_count(fixture->model, MALIDP_MODEL_WRITES);
	flip(test);
	flip(test);

	KUNIT_EXPECT_EQ(test, malidp_model_count(fixture->model, MALIDP_MODEL_WRITES),
			written);
}

/* A writeback that is right, and complete when its fence signals. */
static void expect_written(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	u32 before = malidp_model_count(fixture->model, MALIDP_MODEL_WRITES);

	KUNIT_EXPECT_EQ(test, status(write(test)), 1);
	KUNIT_EXPECT_GT(test, malidp_model_count(fixture->model, MALIDP_MODEL_WRITES),
			before);
}

/* Test that nothing but the engine's own completion makes a job complete. */
static void malidp_test_mw_not_early(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	int i;

	malidp_model_set(fixture->model, MALIDP_MODEL_SPURIOUS, 1000);
	for (i = 0; i < 20; i++)
		expect_written(test);
}

struct mw_failure {
	const char *name;
	enum malidp_model_knob knob;
	u32 value;
	int status;
};

static const struct mw_failure mw_failures[] = {
	{ "AXI error", MALIDP_MODEL_AXI_ERROR, 1, -EFAULT },
	{ "overrun", MALIDP_MODEL_OVERRUN, 1, -EOVERFLOW },
	{ "busy", MALIDP_MODEL_BUSY, 1, -EBUSY },
	{ "freeze", MALIDP_MODEL_FREEZE, 1, -ETIMEDOUT },
	{ "drop", MALIDP_MODEL_DROP, 2, -ETIMEDOUT },
};

/* Test what the fence tells of a picture that was not written; the next one is. */
static void malidp_test_mw_fails(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct mw_failure *failure;
	int i;

	for (i = 0; i < ARRAY_SIZE(mw_failures); i++) {
		failure = &mw_failures[i];
		malidp_model_set(fixture->model, failure->knob, failure->value);
		KUNIT_EXPECT_EQ_MSG(test, status(write(test)), failure->status,
				    "%s", failure->name);
		malidp_model_set(fixture->model, failure->knob, 0);
		KUNIT_EXPECT_EQ_MSG(test, status(write(test)), 1, "after %s",
				    failure->name);
	}
}

/* Test that errors interrupt only while there is a job to tell of. */
static void malidp_test_mw_error_mask(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct mw_product *hw = fixture->hw;
	u32 mask = hw->se + MALIDP_REG_MASKIRQ;

	KUNIT_EXPECT_EQ(test, malidp_model_peek(fixture->model, mask) & hw->errors, 0);
	malidp_model_set(fixture->model, MALIDP_MODEL_AXI_ERROR, 1);
	KUNIT_EXPECT_EQ(test, status(write(test)), -EFAULT);
	KUNIT_EXPECT_EQ(test, malidp_model_peek(fixture->model, mask) & hw->errors, 0);
}

/*
 * Test that the answer to an expired job, which comes in one of the next ten, is
 * not taken for theirs.
 */
static void malidp_test_mw_late(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	int i;

	/* At 60 Hz: a little more than a second, which is the deadline. */
	malidp_model_set(fixture->model, MALIDP_MODEL_DELAY, 70);
	KUNIT_EXPECT_EQ(test, status(write(test)), -ETIMEDOUT);
	malidp_model_set(fixture->model, MALIDP_MODEL_DELAY, 0);
	for (i = 0; i < 10; i++)
		expect_written(test);
}

struct mw_deadline {
	unsigned int divisor;
	unsigned int timeout_ms;
};

/* Of VGA, which has 60 Hz: 30 frames, from one second to five. */
static const struct mw_deadline mw_deadlines[] = {
	{ 1, 1000 },
	{ 4, 2000 },
	{ 12, 5000 },
};

/* Test that the deadline fits the mode. */
static void malidp_test_mw_deadline(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct mw_deadline *deadline;
	int i;

	for (i = 0; i < ARRAY_SIZE(mw_deadlines); i++) {
		deadline = &mw_deadlines[i];
		switch_crtc(test, false);
		switch_crtc_at(test, true, deadline->divisor);
		KUNIT_EXPECT_EQ(test, status(write(test)), 1);
		KUNIT_EXPECT_EQ_MSG(test, fixture->wb->timeout_ms,
				    deadline->timeout_ms, "%u Hz",
				    60 / deadline->divisor);
	}
}

/* Test that an engine that was stopped holds no buffer. */
static void malidp_test_mw_stopped(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;

	malidp_model_set(fixture->model, MALIDP_MODEL_FREEZE, 1);
	KUNIT_EXPECT_EQ(test, status(write(test)), -ETIMEDOUT);
	malidp_model_set(fixture->model, MALIDP_MODEL_FREEZE, 0);
	flush_work(&fixture->wb->cleanup_work);

	KUNIT_EXPECT_TRUE(test, list_empty(&fixture->wb->jobs));
	expect_written(test);
}

/* Test that a commit without the CRTC leaves the registers alone. */
static void malidp_test_mw_unrelated(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct mw_commit commit;
	struct drm_plane *plane;

	commit_begin(test, &commit);
	drm_for_each_plane(plane, fixture->drm)
		if (!plane->state->crtc)
			KUNIT_EXPECT_NOT_ERR_OR_NULL(test,
						     drm_atomic_get_plane_state(commit.state,
										plane));
	KUNIT_EXPECT_NULL(test, drm_atomic_get_new_crtc_state(commit.state, fixture->crtc));
	malidp_model_log_clear(fixture->model);
	KUNIT_EXPECT_EQ(test, commit_end(&commit, drm_atomic_commit(commit.state)), 0);

	expect_log(test);
}

/* Test that disabling the CRTC ends the job and leaves the engine off (M4). */
static void malidp_test_mw_crtc_off(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct mw_product *hw = fixture->hw;
	struct dma_fence *fence;

	malidp_model_set(fixture->model, MALIDP_MODEL_FREEZE, 1);
	fence = write(test);
	malidp_model_log_clear(fixture->model);
	switch_crtc(test, false);
	KUNIT_EXPECT_EQ(test, status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, was_written(fixture, hw->control, 0));
	malidp_model_set(fixture->model, MALIDP_MODEL_FREEZE, 0);

	switch_crtc(test, true);
	KUNIT_EXPECT_EQ(test, status(write(test)), 1);
}

/*
 * Test that a stop finds nothing to do while the clocks are off and runtime PM
 * cannot tell, as late in a suspend of the system.
 */
static void malidp_test_mw_asleep(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct drm_connector_helper_funcs *funcs =
		fixture->wb->base.helper_private;
	struct device *dev = fixture->drm->dev;
	int i;

	KUNIT_EXPECT_EQ(test, status(write(test)), 1);
	switch_crtc(test, false);
	for (i = 0; i < 50 && !pm_runtime_status_suspended(dev); i++)
		msleep(20);
	KUNIT_ASSERT_TRUE(test, pm_runtime_status_suspended(dev));

	pm_runtime_disable(dev);
	KUNIT_EXPECT_EQ(test, funcs->stop_writeback(fixture->wb), 0);
	pm_runtime_enable(dev);
}

/* Test that a job leaves nothing held: one reference is that of the CRTC. */
static void malidp_test_mw_balance(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_vblank_crtc *vblank =
		&fixture->drm->vblank[drm_crtc_index(fixture->crtc)];
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, status(write(test)), 1);

	KUNIT_EXPECT_EQ(test, atomic_read(&vblank->refcount), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->drm->dev->power.usage_count), 1);
}

/*
 * The interrupts, one by one
 *
 * The engine is frozen and the interrupts of the display are swallowed: what the
 * driver hears is what the test raises.
 */

#define MW_FOREVER	1000000

/*
 * What can be raised: L latch, V vertical sync, B both at once, D completion of
 * the engine, A AXI error, O overrun, Y busy.
 *
 * What is written then: 0 and 1 to CONFIG_VALID, c SE_CONTROL without the
 * engine, m the mask without errors.
 */
struct mw_transition {
	const char *path, *event, *writes;
	enum malidp_mw_state state;
	int status;	/* of the fence */
};

static const struct mw_transition mw_550_transitions[] = {
	{ "", "L", "", MALIDP_MW_ARMED },
	{ "", "V", "", MALIDP_MW_ARMED },
	{ "", "D", "", MALIDP_MW_ARMED },
	{ "", "A", "m", MALIDP_MW_ARMED },
	{ "", "B", "0", MALIDP_MW_WRITING },
	{ "L", "V", "0", MALIDP_MW_WRITING },
	{ "VL", "V", "0", MALIDP_MW_WRITING },
	{ "LD", "V", "0", MALIDP_MW_WRITING },
	{ "LDV", "V", "cm", MALIDP_MW_IDLE, 1 },
	{ "A", "B", "c1", MALIDP_MW_STOPPING },
	{ "AB", "B", "m", MALIDP_MW_IDLE, -EFAULT },
	{ "DB", "V", "", MALIDP_MW_WRITING },
	{ "B", "L", "", MALIDP_MW_WRITING },
	{ "B", "V", "", MALIDP_MW_WRITING },
	{ "B", "D", "", MALIDP_MW_WRITING },
	{ "BD", "V", "cm", MALIDP_MW_IDLE, 1 },
	{ "BV", "D", "cm", MALIDP_MW_IDLE, 1 },
	{ "B", "A", "mc1", MALIDP_MW_STOPPING },
	{ "BD", "A", "mc1", MALIDP_MW_STOPPING },
	{ "BA", "V", "", MALIDP_MW_STOPPING },
	{ "BA", "D", "", MALIDP_MW_STOPPING },
	{ "BA", "B", "1", MALIDP_MW_STOPPING },
	{ "BAB", "B", "m", MALIDP_MW_IDLE, -EFAULT },
	{ "BOB", "B", "m", MALIDP_MW_IDLE, -EOVERFLOW },
	{ "BYB", "B", "m", MALIDP_MW_IDLE, -EBUSY },
	{ "BDV", "B", "", MALIDP_MW_IDLE, 1 },
	{ "BDV", "D", "", MALIDP_MW_IDLE, 1 },
};

static const struct mw_transition mw_500_transitions[] = {
	{ "", "L", "", MALIDP_MW_ARMED },
	{ "", "V", "", MALIDP_MW_ARMED },
	{ "", "D", "", MALIDP_MW_ARMED },
	{ "", "A", "m", MALIDP_MW_ARMED },
	{ "", "B", "c1", MALIDP_MW_STOPPING },
	{ "L", "V", "c1", MALIDP_MW_STOPPING },
	{ "VL", "V", "c1", MALIDP_MW_STOPPING },
	{ "A", "B", "c1", MALIDP_MW_STOPPING },
	{ "AB", "B", "m", MALIDP_MW_IDLE, -EFAULT },
	{ "DB", "B", "", MALIDP_MW_STOPPED },
	{ "LDV", "B", "m", MALIDP_MW_IDLE, 1 },
	{ "B", "L", "", MALIDP_MW_STOPPING },
	{ "B", "V", "", MALIDP_MW_STOPPING },
	{ "B", "D", "", MALIDP_MW_STOPPING },
	{ "B", "A", "m", MALIDP_MW_STOPPING },
	{ "B", "B", "", MALIDP_MW_STOPPED },
	{ "BD", "B", "m", MALIDP_MW_IDLE, 1 },
	{ "BA", "B", "m", MALIDP_MW_IDLE, -EFAULT },
	{ "BO", "B", "m", MALIDP_MW_IDLE, -EOVERFLOW },
	{ "BY", "B", "m", MALIDP_MW_IDLE, -EBUSY },
	{ "BB", "B", "", MALIDP_MW_STOPPED },
	{ "BB", "D", "m", MALIDP_MW_IDLE, 1 },
	{ "BB", "A", "mm", MALIDP_MW_IDLE, -EFAULT },
	{ "BDB", "B", "", MALIDP_MW_IDLE, 1 },
	{ "BDB", "D", "", MALIDP_MW_IDLE, 1 },
};

static struct malidp_mw *engine(struct mw_fixture *fixture)
{
	return &drm_to_malidp(fixture->drm)->mw;
}

static enum malidp_mw_state engine_state(struct mw_fixture *fixture)
{
	struct malidp_mw *mw = engine(fixture);
	enum malidp_mw_state state;

	spin_lock_irq(&mw->lock);
	state = mw->state;
	spin_unlock_irq(&mw->lock);

	return state;
}

static bool is_published(struct mw_fixture *fixture)
{
	struct malidp_mw *mw = engine(fixture);
	bool published;

	spin_lock_irq(&mw->lock);
	published = mw->state == MALIDP_MW_ARMED && mw->published;
	spin_unlock_irq(&mw->lock);

	return published;
}

/* Nothing comes by itself any more, but what was raised just now. */
static void be_silent(struct mw_fixture *fixture)
{
	malidp_model_set(fixture->model, MALIDP_MODEL_FREEZE, 1);
	malidp_model_set(fixture->model, MALIDP_MODEL_DROP_LATCH, MW_FOREVER);
	malidp_model_set(fixture->model, MALIDP_MODEL_DROP_VSYNC, MW_FOREVER);
	usleep_range(1000, 2000);
}

static void iounmap_regs(void *regs)
{
	iounmap((void __iomem *)regs);
}

static void map_regs(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct resource *resource;

	resource = platform_get_resource(to_platform_device(fixture->drm->dev),
					 IORESOURCE_MEM, 0);
	KUNIT_ASSERT_NOT_NULL(test, resource);
	fixture->regs = ioremap(resource->start, resource_size(resource));
	KUNIT_ASSERT_TRUE(test, fixture->regs);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, iounmap_regs,
						  (void __force *)fixture->regs));
}

static u32 event_bits(const struct mw_product *hw, char event)
{
	bool old = hw->product == 0x500;

	switch (event) {
	case 'L':
		return old ? MALIDP500_DE_IRQ_CONF_VALID : MALIDP550_DC_IRQ_CONF_VALID;
	case 'V':
		return old ? MALIDP500_DE_IRQ_VSYNC : MALIDP550_DE_IRQ_VSYNC;
	case 'D':
		return hw->completion;
	case 'A':
		return old ? MALIDP500_SE_IRQ_AXI_ERROR : MALIDP550_SE_IRQ_AXI_ERR;
	case 'O':
		return old ? MALIDP500_SE_IRQ_OVERRUN : MALIDP550_SE_IRQ_OVR;
	case 'Y':
		return old ? MALIDP500_SE_IRQ_INIT_BUSY : MALIDP550_SE_IRQ_IBSY;
	}

	return 0;
}

static u32 event_block(const struct mw_product *hw, char event)
{
	if (event == 'V')
		return 0;
	if (event == 'L')
		return hw->product == 0x500 ? 0 : MALIDP550_DC_BASE;

	return hw->se;
}

static void set_irq(struct mw_fixture *fixture, char event)
{
	writel(event_bits(fixture->hw, event),
	       fixture->regs + event_block(fixture->hw, event) + MALIDP_REG_SETIRQ);
}

static void unmask(struct mw_fixture *fixture, char event, bool on)
{
	void __iomem *mask = fixture->regs + event_block(fixture->hw, event) +
			     MALIDP_REG_MASKIRQ;
	u32 bits = event_bits(fixture->hw, event);

	writel(on ? readl(mask) | bits : readl(mask) & ~bits, mask);
}

static bool interrupts(struct mw_fixture *fixture, char event)
{
	u32 block = event_block(fixture->hw, event);

	return malidp_model_peek(fixture->model, block + MALIDP_REG_STATUS) &
	       malidp_model_peek(fixture->model, block + MALIDP_REG_MASKIRQ) &
	       event_bits(fixture->hw, event);
}

/* Returns when the handler has been there, or is not to come. */
static void raise(struct kunit *test, char event)
{
	struct mw_fixture *fixture = test->priv;
	char last = event == 'B' ? 'V' : event;
	unsigned long flags;
	int i;

	/* One interrupt tells of both. */
	local_irq_save(flags);
	if (event == 'B')
		set_irq(fixture, 'L');
	set_irq(fixture, last);
	local_irq_restore(flags);
	for (i = 0; i < 1000 && interrupts(fixture, last); i++)
		usleep_range(50, 100);
	KUNIT_EXPECT_FALSE_MSG(test, interrupts(fixture, last), "%c stays", event);
}

static void raise_all(struct kunit *test, const char *events)
{
	for (; *events; events++)
		raise(test, *events);
}

static void put_fb(void *fb)
{
	drm_framebuffer_put(fb);
}

/* A job that is published, and of which nothing was heard. The buffer is kept. */
static struct dma_fence *arm(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_connector_state *conn_state;
	struct dma_fence *fence;
	struct mw_commit commit;
	int i;

	commit_begin(test, &commit);
	conn_state = drm_atomic_get_connector_state(commit.state, &fixture->wb->base);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, conn_state);
	KUNIT_ASSERT_EQ(test, drm_writeback_set_fb(conn_state, fixture->fb), 0);
	fence = dma_fence_get(drm_writeback_job_fence(conn_state->writeback_job));
	kunit_add_action_or_reset(test, put_fence, fence);
	KUNIT_EXPECT_EQ(test, 0,
			commit_end(&commit, drm_atomic_nonblocking_commit(commit.state)));
	for (i = 0; i < 1000 && !is_published(fixture); i++)
		usleep_range(50, 100);
	KUNIT_EXPECT_TRUE(test, is_published(fixture));

	return fence;
}

/* The commit goes on, and the job ends with the CRTC. */
static void disarm(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;

	raise(test, 'L');
	be_good(fixture->model);
	switch_crtc(test, false);
	switch_crtc(test, true);
	be_silent(fixture);
}

static void by_hand(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;

	fixture->fb = create_fb(test, DRM_FORMAT_XRGB8888, MW_WIDTH, MW_WIDTH * 4);
	kunit_add_action_or_reset(test, put_fb, fixture->fb);
	map_regs(test);
	be_silent(fixture);
}

static void want_writes(struct mw_fixture *fixture, const char *writes)
{
	const struct mw_product *hw = fixture->hw;

	fixture->num_wanted = 0;
	for (; *writes; writes++) {
		if (*writes == 'c')
			want(fixture, hw->control, 0);
		else if (*writes == 'm')
			want(fixture, hw->se + MALIDP_REG_MASKIRQ, hw->irqs);
		else
			want(fixture, hw->valid, *writes - '0');
	}
}

/* What the event makes the driver write. */
static void expect_writes_at(struct kunit *test, char event, const char *writes)
{
	struct mw_fixture *fixture = test->priv;

	malidp_model_log_clear(fixture->model);
	raise(test, event);
	want_writes(fixture, writes);
	expect_log(test);
}

static void expect_transition(struct kunit *test, const struct mw_transition *t)
{
	struct mw_fixture *fixture = test->priv;
	struct dma_fence *fence = arm(test);

	raise_all(test, t->path);
	expect_writes_at(test, *t->event, t->writes);
	KUNIT_EXPECT_EQ_MSG(test, engine_state(fixture), t->state, "%s, %s",
			    t->path, t->event);
	KUNIT_EXPECT_EQ_MSG(test, dma_fence_get_status(fence), t->status, "%s, %s",
			    t->path, t->event);
	disarm(test);
}

/* Test what each interrupt does in each state, and what it makes of the job. */
static void malidp_test_mw_transitions(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	bool old = fixture->hw->product == 0x500;
	const struct mw_transition *t = old ? mw_500_transitions : mw_550_transitions;
	int n = old ? ARRAY_SIZE(mw_500_transitions) : ARRAY_SIZE(mw_550_transitions);

	by_hand(test);
	while (n--)
		expect_transition(test, t++);
}

/* Test that a latch from before the commit, not heard of yet, is not its own. */
static void malidp_test_mw_stale_latch(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;

	by_hand(test);
	unmask(fixture, 'L', false);
	set_irq(fixture, 'L');
	arm(test);
	unmask(fixture, 'L', true);
	raise(test, 'V');

	KUNIT_EXPECT_EQ(test, engine_state(fixture), MALIDP_MW_ARMED);
	disarm(test);
}

/* Test that an error from before the job is not its own. */
static void malidp_test_mw_stale_error(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct dma_fence *fence;

	by_hand(test);
	set_irq(fixture, 'A');
	fence = arm(test);
	raise_all(test, fixture->hw->product == 0x500 ? "BDB" : "BDV");

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	disarm(test);
}

/* Test that an error of which no interrupt was heard yet reaches the fence. */
static void malidp_test_mw_last_error(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct dma_fence *fence;

	by_hand(test);
	fence = arm(test);
	raise_all(test, "BD");
	unmask(fixture, 'A', false);
	set_irq(fixture, 'A');
	raise(test, fixture->hw->product == 0x500 ? 'B' : 'V');

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EFAULT);
	disarm(test);
}

static void set_updating(struct mw_fixture *fixture, bool updating)
{
	struct malidp_mw *mw = engine(fixture);

	spin_lock_irq(&mw->lock);
	mw->updating = updating;
	spin_unlock_irq(&mw->lock);
}

/* Test that half of an update is not latched when the engine is to stop. */
static void malidp_test_mw_updating(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	bool old = fixture->hw->product == 0x500;

	by_hand(test);
	arm(test);
	raise_all(test, old ? "L" : "B");
	set_updating(fixture, true);
	expect_writes_at(test, old ? 'V' : 'A', old ? "c" : "mc");
	set_updating(fixture, false);

	KUNIT_EXPECT_EQ(test, engine_state(fixture), MALIDP_MW_STOPPING);
	disarm(test);
}

/*
 * The checks
 */

/* Test that the display may be written, and both encoders say so. */
static void malidp_test_mw_clones(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_encoder *encoder;
	u32 both = 0;

	drm_for_each_encoder(encoder, fixture->drm)
		both |= drm_encoder_mask(encoder);
	KUNIT_EXPECT_EQ(test, hweight32(both), 2);
	drm_for_each_encoder(encoder, fixture->drm)
		KUNIT_EXPECT_EQ(test, encoder->possible_clones, both);
}

/* Test that size and pitches have to fit. */
static void malidp_test_mw_check(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	unsigned int align = fixture->hw->product == 0x650 ? 16 : 8;
	u32 xrgb = DRM_FORMAT_XRGB8888;

	KUNIT_EXPECT_EQ(test, check(test, xrgb, MW_WIDTH, MW_WIDTH * 4), 0);
	KUNIT_EXPECT_EQ(test, check(test, xrgb, MW_WIDTH, MW_WIDTH * 4 + align), 0);
	KUNIT_EXPECT_EQ(test, check(test, xrgb, MW_WIDTH, MW_WIDTH * 4 + align / 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, check(test, xrgb, MW_WIDTH + 16, MW_WIDTH * 4 + 64),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, check(test, DRM_FORMAT_NV12, MW_WIDTH,
				    MW_WIDTH + align / 2), -EINVAL);
}

/* What a commit with an interlaced mode, and with a framebuffer or none, returns. */
static int check_interlaced(struct kunit *test, struct drm_framebuffer *fb)
{
	struct mw_fixture *fixture = test->priv;
	struct drm_connector_state *conn_state;
	struct drm_crtc_state *crtc_state;
	struct mw_commit commit;

	commit_begin(test, &commit);
	crtc_state = drm_atomic_get_crtc_state(commit.state, fixture->crtc);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, crtc_state);
	crtc_state->mode.flags |= DRM_MODE_FLAG_INTERLACE;
	conn_state = drm_atomic_get_connector_state(commit.state, &fixture->wb->base);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, conn_state);
	if (fb)
		KUNIT_ASSERT_EQ(test, drm_writeback_set_fb(conn_state, fb), 0);
	commit.state->allow_modeset = true;

	return commit_end(&commit, drm_atomic_check_only(commit.state));
}

/* Test that an interlaced mode may be shown, and not written. */
static void malidp_test_mw_interlace(struct kunit *test)
{
	struct drm_framebuffer *fb = create_fb(test, DRM_FORMAT_XRGB8888,
					       MW_WIDTH, MW_WIDTH * 4);

	KUNIT_EXPECT_EQ(test, check_interlaced(test, NULL), 0);
	KUNIT_EXPECT_EQ(test, check_interlaced(test, fb), -EINVAL);
	drm_framebuffer_put(fb);
}

static enum drm_mode_status mode_status(struct drm_connector *connector,
					unsigned int width, unsigned int height)
{
	struct drm_display_mode mode = { .hdisplay = width, .vdisplay = height };

	return connector->helper_private->mode_valid(connector, &mode);
}

/* Test that modes are listed that framebuffers can have the size of, no others. */
static void malidp_test_mw_modes(struct kunit *test)
{
	struct mw_fixture *fixture = test->priv;
	const struct drm_mode_config *config = &fixture->drm->mode_config;
	unsigned int min_w = config->min_width, max_w = config->max_width;
	unsigned int min_h = config->min_height, max_h = config->max_height;
	struct drm_connector *connector = &fixture->wb->base;

	KUNIT_EXPECT_EQ(test, mode_status(connector, min_w, max_h), MODE_OK);
	KUNIT_EXPECT_EQ(test, mode_status(connector, max_w, min_h), MODE_OK);
	KUNIT_EXPECT_EQ(test, mode_status(connector, min_w - 1, min_h), MODE_BAD_HVALUE);
	KUNIT_EXPECT_EQ(test, mode_status(connector, max_w + 1, max_h), MODE_BAD_HVALUE);
	KUNIT_EXPECT_EQ(test, mode_status(connector, min_w, min_h - 1), MODE_BAD_VVALUE);
	KUNIT_EXPECT_EQ(test, mode_status(connector, max_w, max_h + 1), MODE_BAD_VVALUE);
}

/* Test that a reset without memory leaves no state, which has no copy (M5). */
static void malidp_test_mw_reset(struct kunit *test)
{
#ifdef CONFIG_FAILSLAB
	struct mw_fixture *fixture = test->priv;
	struct drm_connector *connector = &fixture->wb->base;
	bool failed;

	switch_crtc(test, false);
	drm_modeset_lock_all(fixture->drm);
	current->fail_nth = 1;
	connector->funcs->reset(connector);
	failed = !current->fail_nth;
	current->fail_nth = 0;

	KUNIT_EXPECT_TRUE(test, failed);
	KUNIT_EXPECT_NULL(test, connector->state);
	KUNIT_EXPECT_NULL(test, connector->funcs->atomic_duplicate_state(connector));

	connector->funcs->reset(connector);
	drm_modeset_unlock_all(fixture->drm);
	KUNIT_EXPECT_NOT_NULL(test, connector->state);
	switch_crtc(test, true);
#else
	kunit_skip(test, "needs CONFIG_FAILSLAB");
#endif
}

static struct kunit_case malidp_mw_tests[] = {
	KUNIT_CASE_PARAM(malidp_test_mw_writes, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_writes_nv12, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_writes_nv12_again, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_flip, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_clears_own, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_once, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_not_early, product_gen_params),
	KUNIT_CASE_PARAM_ATTR(malidp_test_mw_fails, product_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM(malidp_test_mw_error_mask, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_late, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_deadline, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_stopped, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_unrelated, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_crtc_off, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_asleep, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_balance, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_transitions, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_stale_latch, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_stale_error, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_last_error, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_updating, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_clones, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_check, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_interlace, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_modes, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_mw_reset, product_gen_params),
	{ }
};

static struct kunit_suite malidp_mw_suite = {
	.name = "malidp_mw",
	.init = mw_test_init,
	.exit = mw_test_exit,
	.test_cases = malidp_mw_tests,
};

kunit_test_suite(malidp_mw_suite);

MODULE_DESCRIPTION("KUnit tests of the Mali-DP driver");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: mali-dp");
