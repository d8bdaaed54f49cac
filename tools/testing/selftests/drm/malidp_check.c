// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine cannot write is refused when it is asked for.
 */

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "rig.h"

FIXTURE(check) {
	struct rig rig;
};

FIXTURE_SETUP(check)
{
	int ret = rig_open(&self->rig, RIG_HZ);

	if (rig_missing(ret))
		SKIP(return, "%s", rig_missing(ret));
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(check)
{
	EXPECT_EQ(0, rig_close(&self->rig))
		TH_LOG("%s", model_fault(&self->rig.model));
}

static unsigned int pitch_align(const struct model *model)
{
	return model->product == 0x650 ? 16 : 8;
}

/* A destination with some more bytes in each row of @plane; its capture. */
static int try_pitch(struct __test_metadata *_metadata, struct rig *rig,
		     uint32_t fourcc, unsigned int plane, unsigned int more)
{
	const struct buffer_guard guard = { .right = 64, .rows = 8 };
	struct buffer target;
	int32_t fence = -1;
	int ret;

	ASSERT_EQ(0, buffer_allocate(&target, &rig->screen.card,
				     format_find(fourcc), RIG_WIDTH,
				     RIG_HEIGHT, &guard));
	buffer_poison(&target, POISON);
	target.plane[plane].pitch += more;
	ASSERT_EQ(0, buffer_add_fb(&target));
	ret = capture_retry(&rig->screen, NULL, &target, &fence, 0);
	if (!ret)
		ret = fence_result(fence, PATIENCE_MS);
	if (ret == 1 && picture_fault(rig->screen.drawn, &target))
		ret = -EILSEQ;
	if (ret < 0)
		EXPECT_EQ(0, buffer_damage(&target, POISON));
	buffer_destroy(&target);
	return ret;
}

/* Each in each plane: a multiple of what the bus takes, and a bit more. */
TEST_F(check, pitch_has_to_be_aligned)
{
	struct rig *rig = &self->rig;
	const struct pipe *pipe = &rig->screen.pipe;
	unsigned int align = pitch_align(&rig->model), i, plane;

	for (i = 0; i < pipe->n_formats; i++) {
		uint32_t fourcc = pipe->formats[i];
		const struct format *format = format_find(fourcc);

		ASSERT_NE(NULL, format);
		for (plane = 0; plane < format_planes(format); plane++) {
			EXPECT_EQ(-EINVAL, try_pitch(_metadata, rig, fourcc,
						     plane, align / 2))
				TH_LOG("%s, plane %u", format->name, plane);
			EXPECT_EQ(1, try_pitch(_metadata, rig, fourcc, plane,
					       align))
				TH_LOG("%s, plane %u", format->name, plane);
		}
	}
}

TEST_F(check, size_has_to_be_that_of_the_mode)
{
	static const struct {
		int right, bottom;
	} off[] = { { 2, 0 }, { -2, 0 }, { 0, 2 }, { 0, -2 }, { 16, 16 } };
	struct screen *screen = &self->rig.screen;
	struct buffer target;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(off); i++) {
		ASSERT_EQ(0, buffer_create(&target, &screen->card,
					   self->rig.target.format,
					   RIG_WIDTH + off[i].right,
					   RIG_HEIGHT + off[i].bottom, NULL));
		EXPECT_EQ(-EINVAL, capture_retry(screen, NULL, &target, NULL,
						 DRM_MODE_ATOMIC_TEST_ONLY));
		EXPECT_EQ(-EINVAL, capture_retry(screen, NULL, &target, NULL,
						 0));
		EXPECT_EQ(0, buffer_damage(&target, 0));
		buffer_destroy(&target);
	}
}

/* The planes read compressed pictures; the engine cannot write them. */
TEST_F(check, modifier_has_to_be_linear)
{
	const uint64_t afbc = DRM_FORMAT_MOD_ARM_AFBC(AFBC_FORMAT_MOD_BLOCK_SIZE_16x16 |
						      AFBC_FORMAT_MOD_YTR);
	struct screen *screen = &self->rig.screen;
	const struct buffer_guard guard = { .rows = RIG_HEIGHT / 2 };
	uint32_t handles[4] = { }, pitches[4] = { }, offsets[4] = { };
	uint64_t modifiers[4] = { afbc };
	struct buffer target;
	int ret;

	ASSERT_EQ(0, buffer_allocate(&target, &screen->card,
				     format_find(DRM_FORMAT_BGR888), RIG_WIDTH,
				     RIG_HEIGHT, &guard));
	handles[0] = target.handle;
	pitches[0] = RIG_WIDTH * 3;
	ret = drmModeAddFB2WithModifiers(screen->card.fd, RIG_WIDTH, RIG_HEIGHT,
					 DRM_FORMAT_BGR888, handles, pitches,
					 offsets, modifiers, &target.fb,
					 DRM_MODE_FB_MODIFIERS);
	ASSERT_EQ(0, ret);
	EXPECT_EQ(-EINVAL, capture_retry(screen, NULL, &target, NULL, 0));
	EXPECT_EQ(0, buffer_damage(&target, 0));
	buffer_destroy(&target);
}

/* What somebody made up is no reason for the kernel to warn. */
TEST_F(check, modifier_has_to_be_valid)
{
	struct buffer *source = &self->rig.screen.buffers[0];
	uint32_t handles[4] = { source->handle };
	uint32_t pitches[4] = { source->plane[0].pitch };
	uint32_t offsets[4] = { source->plane[0].offset };
	uint64_t modifiers[4] = { DRM_FORMAT_MOD_INVALID };
	uint32_t fb;

	EXPECT_EQ(-EINVAL, drmModeAddFB2WithModifiers(source->card_fd,
						      source->width,
						      source->height,
						      source->format->fourcc,
						      handles, pitches, offsets,
						      modifiers, &fb,
						      DRM_MODE_FB_MODIFIERS));
}

/* By the tables of the products. */
TEST_F(check, formats_are_those_of_the_engine)
{
	static const uint32_t dp500[] = {
		DRM_FORMAT_ARGB2101010, DRM_FORMAT_ABGR2101010,
		DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888, DRM_FORMAT_NV12,
	};
	static const uint32_t dp550[] = {
		DRM_FORMAT_ARGB2101010, DRM_FORMAT_ABGR2101010,
		DRM_FORMAT_RGBA1010102, DRM_FORMAT_BGRA1010102,
		DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888,
		DRM_FORMAT_RGBX8888, DRM_FORMAT_BGRX8888,
		DRM_FORMAT_RGB888, DRM_FORMAT_BGR888, DRM_FORMAT_NV12,
	};
	bool is_500 = self->rig.model.product == 0x500;
	const uint32_t *formats = is_500 ? dp500 : dp550;
	unsigned int n = is_500 ? ARRAY_SIZE(dp500) : ARRAY_SIZE(dp550), i;

	EXPECT_EQ(n, self->rig.screen.pipe.n_formats);
	for (i = 0; i < n; i++)
		EXPECT_TRUE(pipe_has_format(&self->rig.screen.pipe,
					    formats[i]))
			TH_LOG("%s", format_find(formats[i])->name);
}

TEST_HARNESS_MAIN
