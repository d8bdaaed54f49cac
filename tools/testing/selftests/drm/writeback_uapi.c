// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a client sees of a writeback connector: who it is shown to, its
 * properties, formats and modes.
 */

#include <ctype.h>

#include "kselftest_harness.h"
#include "screen.h"

FIXTURE(connector) {
	struct screen screen;
	uint32_t id;
};

FIXTURE_SETUP(connector)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->id = self->screen.pipe.connector.id;
}

FIXTURE_TEARDOWN(connector)
{
	screen_close(&self->screen);
}

/* Does a client with these capabilities find the connector in the list? */
static bool is_listed(const struct card *card, uint32_t id)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	bool found = false;
	int i;

	for (i = 0; res && i < res->count_connectors; i++)
		found |= res->connectors[i] == id;
	drmModeFreeResources(res);
	return found;
}

static int set_cap(const struct card *card, uint64_t cap, uint64_t value)
{
	return drmSetClientCap(card->fd, cap, value) ? -errno : 0;
}

TEST_F(connector, has_type_18)
{
	drmModeConnector *connector;

	connector = drmModeGetConnector(self->screen.card.fd, self->id);
	ASSERT_NE(NULL, connector);
	EXPECT_EQ(18, connector->connector_type);
	EXPECT_EQ(1, connector->count_encoders);
	drmModeFreeConnector(connector);
}

TEST_F(connector, is_hidden_without_the_capability)
{
	struct card card;

	ASSERT_TRUE(is_listed(&self->screen.card, self->id));
	ASSERT_EQ(0, card_open_plain(&card, self->screen.card.path));

	EXPECT_FALSE(is_listed(&card, self->id));
	ASSERT_EQ(0, set_cap(&card, DRM_CLIENT_CAP_ATOMIC, 1));
	EXPECT_FALSE(is_listed(&card, self->id));

	ASSERT_EQ(0, set_cap(&card, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1));
	EXPECT_TRUE(is_listed(&card, self->id));
	ASSERT_EQ(0, set_cap(&card, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 0));
	EXPECT_FALSE(is_listed(&card, self->id));
	card_close(&card);
}

TEST_F(connector, capability_needs_atomic_first)
{
	struct card card;

	ASSERT_EQ(0, card_open_plain(&card, self->screen.card.path));
	EXPECT_EQ(-EINVAL,
		  set_cap(&card, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1));
	EXPECT_FALSE(is_listed(&card, self->id));
	card_close(&card);
}

TEST_F(connector, capability_is_0_or_1)
{
	struct card card;

	ASSERT_EQ(0, card_open_plain(&card, self->screen.card.path));
	ASSERT_EQ(0, set_cap(&card, DRM_CLIENT_CAP_ATOMIC, 1));
	EXPECT_EQ(-EINVAL,
		  set_cap(&card, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 2));
	EXPECT_EQ(-EINVAL,
		  set_cap(&card, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, ~0ull));
	EXPECT_FALSE(is_listed(&card, self->id));
	card_close(&card);
}

/* Modes of a disconnected connector would be pruned. */
TEST_F(connector, lists_its_modes)
{
	const struct pipe *pipe = &self->screen.pipe;

	EXPECT_NE(DRM_MODE_DISCONNECTED, pipe->connector.connection);
	EXPECT_GT(pipe->n_modes, 0);
}

TEST_F(connector, has_no_edid)
{
	EXPECT_EQ(0, card_property(&self->screen.card, self->id,
				   DRM_MODE_OBJECT_CONNECTOR, "EDID", NULL));
}

TEST_F(connector, fb_id_is_an_atomic_object_property)
{
	drmModePropertyRes *prop;
	uint64_t value = 1;
	uint32_t id;

	id = card_property(&self->screen.card, self->id,
			   DRM_MODE_OBJECT_CONNECTOR, "WRITEBACK_FB_ID",
			   &value);
	EXPECT_EQ(0, value);

	prop = drmModeGetProperty(self->screen.card.fd, id);
	ASSERT_NE(NULL, prop);
	EXPECT_EQ(DRM_MODE_PROP_ATOMIC | DRM_MODE_PROP_OBJECT, prop->flags);
	ASSERT_EQ(1, prop->count_values);
	EXPECT_EQ(DRM_MODE_OBJECT_FB, prop->values[0]);
	drmModeFreeProperty(prop);
}

TEST_F(connector, out_fence_ptr_is_an_atomic_range)
{
	drmModePropertyRes *prop;
	uint64_t value = 1;
	uint32_t id;

	id = card_property(&self->screen.card, self->id,
			   DRM_MODE_OBJECT_CONNECTOR,
			   "WRITEBACK_OUT_FENCE_PTR", &value);
	EXPECT_EQ(0, value);

	prop = drmModeGetProperty(self->screen.card.fd, id);
	ASSERT_NE(NULL, prop);
	EXPECT_EQ(DRM_MODE_PROP_ATOMIC | DRM_MODE_PROP_RANGE, prop->flags);
	ASSERT_EQ(2, prop->count_values);
	EXPECT_EQ(0, prop->values[0]);
	EXPECT_EQ(UINT64_MAX, prop->values[1]);
	drmModeFreeProperty(prop);
}

TEST_F(connector, pixel_formats_is_an_immutable_blob)
{
	const struct card *card = &self->screen.card;
	drmModePropertyRes *prop;
	uint64_t value = 0;
	uint32_t id;

	id = card_property(card, self->id, DRM_MODE_OBJECT_CONNECTOR,
			   "WRITEBACK_PIXEL_FORMATS", &value);
	EXPECT_NE(0, value);

	prop = drmModeGetProperty(card->fd, id);
	ASSERT_NE(NULL, prop);
	EXPECT_EQ(DRM_MODE_PROP_ATOMIC | DRM_MODE_PROP_BLOB |
		  DRM_MODE_PROP_IMMUTABLE, prop->flags);
	drmModeFreeProperty(prop);

	EXPECT_EQ(-EINVAL, drmModeObjectSetProperty(card->fd, self->id,
						    DRM_MODE_OBJECT_CONNECTOR,
						    id, value));
}

/* Four characters that can be printed, no code twice. */
TEST_F(connector, pixel_formats_are_sane)
{
	const struct pipe *pipe = &self->screen.pipe;
	drmModePropertyBlobRes *blob;
	uint64_t value = 0;
	unsigned int i, j;

	card_property(&self->screen.card, self->id, DRM_MODE_OBJECT_CONNECTOR,
		      "WRITEBACK_PIXEL_FORMATS", &value);
	blob = drmModeGetPropertyBlob(self->screen.card.fd, value);
	ASSERT_NE(NULL, blob);
	EXPECT_EQ(0, blob->length % sizeof(uint32_t));
	EXPECT_GT(blob->length, 0);
	drmModeFreePropertyBlob(blob);

	for (i = 0; i < pipe->n_formats; i++) {
		for (j = 0; j < 32; j += 8)
			EXPECT_TRUE(isprint(pipe->formats[i] >> j & 0xff));
		for (j = 0; j < i; j++)
			EXPECT_NE(pipe->formats[j], pipe->formats[i]);
	}
}

/* One-shot: what a commit asked for cannot be read back, nor replayed. */
TEST_F(connector, properties_read_0_after_a_capture)
{
	const struct card *card = &self->screen.card;
	struct buffer target;
	uint64_t value = 1;

	ASSERT_EQ(0, screen_on(&self->screen));
	ASSERT_EQ(0, screen_target(&self->screen, &target, 0));
	ASSERT_EQ(1, screen_capture(&self->screen, 1, &target));

	card_property(card, self->id, DRM_MODE_OBJECT_CONNECTOR,
		      "WRITEBACK_FB_ID", &value);
	EXPECT_EQ(0, value);
	value = 1;
	card_property(card, self->id, DRM_MODE_OBJECT_CONNECTOR,
		      "WRITEBACK_OUT_FENCE_PTR", &value);
	EXPECT_EQ(0, value);
	buffer_destroy(&target);
}

TEST_HARNESS_MAIN
