// SPDX-License-Identifier: GPL-2.0-only
/*
 * The display behind the port: an encoder and a connector that is always
 * connected. They live as long as the card's drm_device, which an open file
 * may keep beyond the driver.
 */
#include <linux/component.h>
#include <linux/platform_device.h>

#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_connector.h>
#include <drm/drm_device.h>
#include <drm/drm_edid.h>
#include <drm/drm_encoder.h>
#include <drm/drm_managed.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_of.h>
#include <drm/drm_probe_helper.h>

#include "malidp_model_internal.h"

struct output {
	struct drm_encoder encoder;
	struct drm_connector connector;
};

static int output_get_modes(struct drm_connector *connector)
{
	int count = drm_add_modes_noedid(connector, 1920, 1080);

	drm_set_preferred_mode(connector, 1024, 768);
	return count;
}

static const struct drm_connector_helper_funcs connector_helpers = {
	.get_modes = output_get_modes,
};

static const struct drm_connector_funcs connector_funcs = {
	.reset = drm_atomic_helper_connector_reset,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

static int output_bind(struct device *dev, struct device *master, void *data)
{
	struct drm_device *drm = data;
	struct output *output;
	int ret;

	output = drmm_kzalloc(drm, sizeof(*output), GFP_KERNEL);
	if (!output)
		return -ENOMEM;
	ret = drmm_encoder_init(drm, &output->encoder, NULL,
				DRM_MODE_ENCODER_DPI, NULL);
	if (ret)
		return ret;
	output->encoder.possible_crtcs = drm_of_find_possible_crtcs(drm, dev->of_node);
	ret = drmm_connector_init(drm, &output->connector, &connector_funcs,
				  DRM_MODE_CONNECTOR_DPI, NULL);
	if (ret)
		return ret;
	drm_connector_helper_add(&output->connector, &connector_helpers);
	return drm_connector_attach_encoder(&output->connector, &output->encoder);
}

static void output_unbind(struct device *dev, struct device *master, void *data)
{
}

static const struct component_ops output_ops = {
	.bind = output_bind,
	.unbind = output_unbind,
};

int malidp_model_output_init(struct malidp_model *model)
{
	return component_add(&model->output->dev, &output_ops);
}

void malidp_model_output_fini(struct malidp_model *model)
{
	component_del(&model->output->dev, &output_ops);
}
