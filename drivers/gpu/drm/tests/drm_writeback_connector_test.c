// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: what init makes, and a failed init leaves
 */

#include <linux/dma-fence.h>
#include <linux/limits.h>
#include <linux/list.h>

#include <drm/drm_client.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_property.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/* The ways to initialise a writeback connector. */
struct init_case {
	const char *name;
	int (*init)(struct mock_device *mock, struct mock_wb *mwb, int n_formats);
};

static int init_plain(struct mock_device *mock, struct mock_wb *mwb,
		      int n_formats)
{
	return drm_writeback_connector_init(mock->drm, &mwb->base,
					    &mock_wb_funcs, NULL, mock_formats,
					    n_formats, BIT(MOCK_PIPES) - 1);
}

static int init_with_encoder(struct mock_device *mock, struct mock_wb *mwb,
			     int n_formats)
{
	return drm_writeback_connector_init_with_encoder(mock->drm, &mwb->base,
							 &mock->encoder,
							 &mock_wb_funcs,
							 mock_formats,
							 n_formats);
}

static int init_managed(struct mock_device *mock, struct mock_wb *mwb,
			int n_formats)
{
	return drmm_writeback_connector_init(mock->drm, &mwb->base,
					     &mock_managed_wb_funcs,
					     &mock->encoder, mock_formats,
					     n_formats);
}

static const struct init_case init_cases[] = {
	{ "plain", init_plain },
	{ "with_encoder", init_with_encoder },
	{ "managed", init_managed },
};

KUNIT_ARRAY_PARAM_DESC(init, init_cases, name);

static int init_all_formats(struct mock_device *mock, struct mock_wb *mwb)
{
	const struct init_case *param = mock->test->param_value;

	return param->init(mock, mwb, ARRAY_SIZE(mock_formats));
}

/* What a device consists of. */
struct inventory {
	size_t connectors, encoders, properties, blobs, writebacks;
	u32 writeback_mask, orphans;
	struct drm_property *fb_id, *formats, *fence_ptr;
};

static struct inventory take_inventory(struct mock_device *mock)
{
	struct drm_mode_config *config = &mock->drm->mode_config;

	return (struct inventory) {
		.connectors = list_count_nodes(&config->connector_list),
		.encoders = list_count_nodes(&config->encoder_list),
		.properties = list_count_nodes(&config->property_list),
		.blobs = list_count_nodes(&config->property_blob_list),
		.writebacks = list_count_nodes(&config->writeback_list),
		.writeback_mask = config->writeback_mask,
		.orphans = config->writeback_orphans,
		.fb_id = config->writeback_fb_id_property,
		.formats = config->writeback_pixel_formats_property,
		.fence_ptr = config->writeback_out_fence_ptr_property,
	};
}

static void expect_same(struct kunit *test, struct inventory before,
			struct inventory after)
{
	KUNIT_EXPECT_EQ(test, before.connectors, after.connectors);
	KUNIT_EXPECT_EQ(test, before.encoders, after.encoders);
	KUNIT_EXPECT_EQ(test, before.properties, after.properties);
	KUNIT_EXPECT_EQ(test, before.blobs, after.blobs);
	KUNIT_EXPECT_EQ(test, before.writebacks, after.writebacks);
	KUNIT_EXPECT_EQ(test, before.writeback_mask, after.writeback_mask);
	KUNIT_EXPECT_EQ(test, before.orphans, after.orphans);
	KUNIT_EXPECT_PTR_EQ(test, before.fb_id, after.fb_id);
	KUNIT_EXPECT_PTR_EQ(test, before.formats, after.formats);
	KUNIT_EXPECT_PTR_EQ(test, before.fence_ptr, after.fence_ptr);
}

static bool has_property(struct drm_connector *connector,
			 struct drm_property *prop)
{
	u64 value;

	return !drm_object_property_get_default_value(&connector->base, prop,
						      &value);
}

/* Test that each init function makes a writeback connector. */
static void drm_test_writeback_init(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct drm_connector *connector = &mock->wb[0].base.base;

	KUNIT_ASSERT_EQ(test, init_all_formats(mock, &mock->wb[0]), 0);

	KUNIT_EXPECT_EQ(test, connector->connector_type,
			DRM_MODE_CONNECTOR_WRITEBACK);
	KUNIT_EXPECT_EQ(test, DRM_MODE_CONNECTOR_WRITEBACK, 18);
	KUNIT_EXPECT_PTR_EQ(test, drm_connector_to_writeback(connector),
			    &mock->wb[0].base);
}

/* Test that the connector brings an encoder along when the driver has none. */
static void drm_test_writeback_init_encoder(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct drm_writeback_connector *wb = &mock->wb[0].base;

	KUNIT_ASSERT_EQ(test, init_plain(mock, &mock->wb[0], 1), 0);

	KUNIT_EXPECT_EQ(test, wb->encoder.encoder_type, DRM_MODE_ENCODER_VIRTUAL);
	KUNIT_EXPECT_EQ(test, wb->encoder.possible_crtcs, BIT(MOCK_PIPES) - 1);
	KUNIT_EXPECT_TRUE(test, drm_connector_has_possible_encoder(&wb->base,
								   &wb->encoder));
}

/* Test that the encoder of the driver is used when it has one. */
static void drm_test_writeback_init_with_encoder(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct inventory before = take_inventory(mock);

	KUNIT_ASSERT_EQ(test, init_with_encoder(mock, &mock->wb[0], 1), 0);

	KUNIT_EXPECT_TRUE(test, drm_connector_has_possible_encoder(&mock->wb[0].base.base,
								   &mock->encoder));
	KUNIT_EXPECT_EQ(test, take_inventory(mock).encoders, before.encoders);
}

/* Test that WRITEBACK_FB_ID is an atomic object property for framebuffers. */
static void drm_test_writeback_init_fb_id(struct kunit *test)
{
	struct mock_device *mock = mock_create(test);
	struct drm_property *prop = mock->drm->mode_config.writeback_fb_id_property;

	KUNIT_ASSERT_NOT_NULL(test, prop);
	KUNIT_EXPECT_STREQ(test, prop->name, "WRITEBACK_FB_ID");
	KUNIT_EXPECT_TRUE(test, drm_property_type_is(prop, DRM_MODE_PROP_OBJECT));
	KUNIT_EXPECT_TRUE(test, prop->flags & DRM_MODE_PROP_ATOMIC);
	KUNIT_EXPECT_FALSE(test, prop->flags & DRM_MODE_PROP_IMMUTABLE);
	KUNIT_EXPECT_EQ(test, prop->values[0], DRM_MODE_OBJECT_FB);
}

/* Test that WRITEBACK_OUT_FENCE_PTR is an atomic property for any address. */
static void drm_test_writeback_init_fence_ptr(struct kunit *test)
{
	struct mock_device *mock = mock_create(test);
	struct drm_property *prop =
		mock->drm->mode_config.writeback_out_fence_ptr_property;

	KUNIT_ASSERT_NOT_NULL(test, prop);
	KUNIT_EXPECT_STREQ(test, prop->name, "WRITEBACK_OUT_FENCE_PTR");
	KUNIT_EXPECT_TRUE(test, drm_property_type_is(prop, DRM_MODE_PROP_RANGE));
	KUNIT_EXPECT_TRUE(test, prop->flags & DRM_MODE_PROP_ATOMIC);
	KUNIT_EXPECT_FALSE(test, prop->flags & DRM_MODE_PROP_IMMUTABLE);
	KUNIT_EXPECT_EQ(test, prop->values[0], 0);
	KUNIT_EXPECT_EQ(test, prop->values[1], U64_MAX);
}

/* Test that WRITEBACK_PIXEL_FORMATS is an immutable blob with the formats. */
static void drm_test_writeback_init_formats(struct kunit *test)
{
	struct mock_device *mock = mock_create(test);
	struct drm_property *prop =
		mock->drm->mode_config.writeback_pixel_formats_property;
	struct drm_writeback_connector *wb = &mock->wb[0].base;
	struct drm_property_blob *blob = wb->pixel_formats_blob_ptr;
	u64 id;

	KUNIT_ASSERT_NOT_NULL(test, prop);
	KUNIT_EXPECT_STREQ(test, prop->name, "WRITEBACK_PIXEL_FORMATS");
	KUNIT_EXPECT_TRUE(test, drm_property_type_is(prop, DRM_MODE_PROP_BLOB));
	KUNIT_EXPECT_TRUE(test, prop->flags & DRM_MODE_PROP_IMMUTABLE);
	KUNIT_EXPECT_TRUE(test, prop->flags & DRM_MODE_PROP_ATOMIC);

	KUNIT_ASSERT_EQ(test, drm_object_property_get_default_value(&wb->base.base, prop, &id),
			0);
	KUNIT_EXPECT_EQ(test, id, blob->base.id);
	KUNIT_EXPECT_EQ(test, blob->length, sizeof(mock_formats));
	KUNIT_EXPECT_MEMEQ(test, blob->data, mock_formats, sizeof(mock_formats));
}

/* Test that a writeback connector has its properties and no EDID. */
static void drm_test_writeback_init_attached(struct kunit *test)
{
	struct mock_device *mock = mock_create(test);
	struct drm_mode_config *config = &mock->drm->mode_config;
	struct drm_connector *connector = &mock->wb[0].base.base;

	KUNIT_EXPECT_TRUE(test, has_property(connector, config->writeback_fb_id_property));
	KUNIT_EXPECT_TRUE(test, has_property(connector, config->writeback_pixel_formats_property));
	KUNIT_EXPECT_TRUE(test, has_property(connector, config->writeback_out_fence_ptr_property));
	KUNIT_EXPECT_FALSE(test, has_property(connector, config->edid_property));
	KUNIT_EXPECT_FALSE(test, has_property(&mock->display, config->writeback_fb_id_property));
}

/* Test that the writeback connectors of a device share the properties. */
static void drm_test_writeback_init_shared(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct inventory first, second;

	KUNIT_ASSERT_EQ(test, init_plain(mock, &mock->wb[0], 1), 0);
	first = take_inventory(mock);
	KUNIT_ASSERT_EQ(test, init_plain(mock, &mock->wb[1], 1), 0);
	second = take_inventory(mock);

	KUNIT_EXPECT_EQ(test, first.properties, second.properties);
	KUNIT_EXPECT_PTR_EQ(test, first.fb_id, second.fb_id);
	KUNIT_EXPECT_PTR_EQ(test, first.formats, second.formats);
	KUNIT_EXPECT_PTR_EQ(test, first.fence_ptr, second.fence_ptr);
}

/* Test that the default deadline is below the patience of the helpers. */
static void drm_test_writeback_init_timeout(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);

	KUNIT_ASSERT_EQ(test, init_plain(mock, &mock->wb[0], 1), 0);

	KUNIT_EXPECT_GT(test, mock->wb[0].base.timeout_ms, 0);
	KUNIT_EXPECT_LE(test, mock->wb[0].base.timeout_ms, 5000);
}

/* Test that in-kernel clients see all connectors but those for writeback. */
static void drm_test_writeback_init_client(struct kunit *test)
{
	struct mock_device *mock = mock_create(test);
	struct drm_connector_list_iter iter;
	struct drm_connector *connector;
	unsigned int seen = 0;

	drm_connector_list_iter_begin(mock->drm, &iter);
	drm_client_for_each_connector_iter(connector, &iter) {
		KUNIT_EXPECT_PTR_EQ(test, connector, &mock->display);
		seen++;
	}
	drm_connector_list_iter_end(&iter);

	KUNIT_EXPECT_EQ(test, seen, 1);
}

/* Test that a completion right after init, long before a job, is ignored. */
static void drm_test_writeback_init_early_irq(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);

	KUNIT_ASSERT_EQ(test, init_all_formats(mock, &mock->wb[0]), 0);
	mock_answer(&mock->wb[0], 0);

	KUNIT_EXPECT_TRUE(test, list_empty(&mock->wb[0].base.job_queue));
}

/* Test that a connector that goes leaves its properties, but not its bits. */
static void drm_test_writeback_init_gone(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct drm_mode_config *config = &mock->drm->mode_config;
	struct drm_connector *connector = &mock->wb[1].base.base;
	struct inventory before;

	KUNIT_ASSERT_EQ(test, init_with_encoder(mock, &mock->wb[0], 1), 0);
	before = take_inventory(mock);
	KUNIT_ASSERT_EQ(test, init_with_encoder(mock, &mock->wb[1], 1), 0);
	KUNIT_EXPECT_EQ(test, config->writeback_mask,
			before.writeback_mask | drm_connector_mask(connector));
	/* As if the file were closed that had put it on its CRTC. */
	config->writeback_orphans |= drm_connector_mask(connector);
	drm_connector_cleanup(connector);

	expect_same(test, before, take_inventory(mock));
}

/* Test that an init without room for its formats leaves nothing behind. */
static void drm_test_writeback_init_bad_formats(struct kunit *test)
{
	const struct init_case *param = test->param_value;
	struct mock_device *mock = mock_create_bare(test);
	struct inventory before = take_inventory(mock);

	KUNIT_EXPECT_EQ(test, param->init(mock, &mock->wb[0], INT_MAX / 4), -EINVAL);

	expect_same(test, before, take_inventory(mock));
}

/* Take all connector indices, so that drm_connector_init() fails. */
static void exhaust_connectors(struct mock_device *mock)
{
	struct ida *ida = &mock->drm->mode_config.connector_ida;

	while (ida_alloc_max(ida, 31, GFP_KERNEL) >= 0)
		;
}

/*
 * Test that a completion is ignored as soon as there is a connector: what the
 * jobs need is there when drm_connector_init() gets no further than its first
 * step.
 */
static void drm_test_writeback_init_earliest_irq(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct drm_writeback_connector *wb = &mock->wb[0].base;

	exhaust_connectors(mock);
	KUNIT_ASSERT_LT(test, init_all_formats(mock, &mock->wb[0]), 0);

	KUNIT_ASSERT_PTR_EQ(test, wb->job_queue.next, &wb->job_queue);
	KUNIT_ASSERT_PTR_EQ(test, wb->expired.next, &wb->expired);
	KUNIT_ASSERT_PTR_EQ(test, wb->jobs.next, &wb->jobs);
	mock_answer(&mock->wb[0], 0);
}

/* Test that an init without a connector index leaves nothing behind. */
static void drm_test_writeback_init_no_connector(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct inventory before = take_inventory(mock);

	exhaust_connectors(mock);
	KUNIT_EXPECT_LT(test, init_all_formats(mock, &mock->wb[0]), 0);

	expect_same(test, before, take_inventory(mock));
}

/* Test that a failed init does not touch what the connector before it uses. */
static void drm_test_writeback_init_second_fails(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	struct inventory before;

	KUNIT_ASSERT_EQ(test, init_plain(mock, &mock->wb[0], 1), 0);
	before = take_inventory(mock);
	exhaust_connectors(mock);
	KUNIT_EXPECT_LT(test, init_all_formats(mock, &mock->wb[1]), 0);

	expect_same(test, before, take_inventory(mock));
	KUNIT_EXPECT_TRUE(test, has_property(&mock->wb[0].base.base, before.fb_id));
	KUNIT_EXPECT_STREQ(test, before.fb_id->name, "WRITEBACK_FB_ID");
}

/* Test that an init can be tried again after it failed. */
static void drm_test_writeback_init_again(struct kunit *test)
{
	const struct init_case *param = test->param_value;
	struct mock_device *mock = mock_create_bare(test);

	KUNIT_ASSERT_LT(test, param->init(mock, &mock->wb[0], INT_MAX / 4), 0);
	memset(&mock->wb[0].base, 0, sizeof(mock->wb[0].base));

	KUNIT_EXPECT_EQ(test, init_all_formats(mock, &mock->wb[0]), 0);
}

/* What failed can be done again. */
static void expect_nothing_left(struct mock_device *mock,
				struct inventory before)
{
	struct mock_wb *mwb = &mock->wb[1];

	expect_same(mock->test, before, take_inventory(mock));
	memset(&mwb->base, 0, sizeof(mwb->base));
	KUNIT_EXPECT_EQ(mock->test, init_all_formats(mock, mwb), 0);
}

/* Returns whether there is an nth allocation. */
static bool try_init(struct mock_device *mock, unsigned int nth)
{
	struct inventory before = take_inventory(mock);
	struct kunit *test = mock->test;
	bool failed;
	int ret;

	mock_fail_allocation(nth);
	ret = init_all_formats(mock, &mock->wb[1]);
	failed = mock_has_failed();

	KUNIT_EXPECT_TRUE(test, !ret || (failed && ret == -ENOMEM));
	if (ret)
		expect_nothing_left(mock, before);
	mock_release(mock);

	return failed;
}

static bool try_first(struct kunit *test, unsigned int nth)
{
	return try_init(mock_create_bare(test), nth);
}

static bool try_second(struct kunit *test, unsigned int nth)
{
	struct mock_device *mock = mock_create_bare(test);

	KUNIT_ASSERT_EQ(test, init_plain(mock, &mock->wb[0], 1), 0);

	return try_init(mock, nth);
}

/* Test that an init whose nth allocation fails leaves nothing behind. */
static void drm_test_writeback_init_no_memory(struct kunit *test)
{
	mock_sweep(test, try_first);
}

/* Test that the same holds beside a connector that exists already. */
static void drm_test_writeback_init_no_memory_second(struct kunit *test)
{
	mock_sweep(test, try_second);
}

static struct kunit_case drm_writeback_connector_tests[] = {
	KUNIT_CASE_PARAM(drm_test_writeback_init, init_gen_params),
	KUNIT_CASE(drm_test_writeback_init_encoder),
	KUNIT_CASE(drm_test_writeback_init_with_encoder),
	KUNIT_CASE(drm_test_writeback_init_fb_id),
	KUNIT_CASE(drm_test_writeback_init_fence_ptr),
	KUNIT_CASE(drm_test_writeback_init_formats),
	KUNIT_CASE(drm_test_writeback_init_attached),
	KUNIT_CASE(drm_test_writeback_init_shared),
	KUNIT_CASE(drm_test_writeback_init_timeout),
	KUNIT_CASE(drm_test_writeback_init_client),
	KUNIT_CASE_PARAM(drm_test_writeback_init_early_irq, init_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_init_earliest_irq, init_gen_params),
	KUNIT_CASE(drm_test_writeback_init_gone),
	KUNIT_CASE_PARAM(drm_test_writeback_init_bad_formats, init_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_init_no_connector, init_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_init_second_fails, init_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_init_again, init_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_init_no_memory, init_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_init_no_memory_second, init_gen_params),
	{}
};

static struct kunit_suite drm_writeback_connector_test_suite = {
	.name = "drm_writeback_connector",
	.test_cases = drm_writeback_connector_tests,
};

kunit_test_suite(drm_writeback_connector_test_suite);
