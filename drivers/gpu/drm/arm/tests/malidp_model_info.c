// SPDX-License-Identifier: GPL-2.0-only
/* What the modelled products differ in: registers, bits, identification. */
#include "../malidp_regs.h"
#include "malidp_model_internal.h"

static const struct malidp_model_range dp500_ranges[] = {
	{ 0x000, 0x0ac },	/* display engine and core */
	{ 0x100, 0x138 },	/* video layer */
	{ 0x200, 0x220 },	/* graphics layers */
	{ 0x300, 0x320 },
	{ 0x400, 0x428 },	/* decompression */
	{ 0x500, 0x500 },	/* quality of service */
	{ 0xc00, 0xca0 },	/* scaling engine */
	{ 0xe00, 0xe30 },	/* memory write */
	{ 0xf00, 0xf00 },	/* CONFIG_VALID */
	{ 0xfd4, 0xfd4 },	/* CONFIG_ID */
	{ }
};

static const struct malidp_model_range dp550_ranges[] = {
	{ 0x0000, 0x0084 },	/* display engine */
	{ 0x0100, 0x0138 },	/* video layers */
	{ 0x0184, 0x01d0 },
	{ 0x0200, 0x0238 },
	{ 0x0284, 0x02d0 },
	{ 0x0300, 0x0348 },	/* graphics layer */
	{ 0x0400, 0x0478 },	/* smart layer */
	{ 0x8000, 0x80a4 },	/* scaling engine */
	{ 0x8100, 0x8130 },	/* memory write */
	{ 0xc000, 0xc018 },	/* display core */
	{ 0xffd4, 0xffd4 },	/* CONFIG_ID */
	{ }
};

#define DP5X0_COMMON							\
	.size = MALIDP550_ADDR_SPACE_SIZE,				\
	.memory = 0x190000000,						\
	.base = { 0, MALIDP550_SE_BASE, MALIDP550_DC_BASE },		\
	.core_id_reg = MALIDP550_DC_BASE + MALIDP_DE_CORE_ID,		\
	.config_id_reg = MALIDP550_CONFIG_ID,				\
	.config_id = 1 << 4,						\
	.line_counter = MALIDP550_DE_LINE_COUNTER,			\
	.dc_control = MALIDP550_DC_CONTROL,				\
	.config_valid = MALIDP550_CONFIG_VALID,				\
	.timings = MALIDP550_TIMINGS_BASE,				\
	.se_control = MALIDP550_SE_CONTROL,				\
	.mw_base = MALIDP550_SE_MEMWRITE_BASE,				\
	.has_clear_irq = true,						\
	.ranges = dp550_ranges,						\
	.config_req = MALIDP550_DC_CONFIG_REQ,				\
	.v_front_porch = 0xfff,						\
	.de_vsync = MALIDP550_DE_IRQ_VSYNC,				\
	.de_axi_error = MALIDP550_DE_IRQ_AXI_ERR,			\
	.dc_valid = MALIDP550_DC_IRQ_CONF_VALID,			\
	.dc_mode = MALIDP550_DC_IRQ_CONF_MODE,				\
	.se_done = MALIDP550_SE_IRQ_EOW,				\
	.se_axi_error = MALIDP550_SE_IRQ_AXI_ERR,			\
	.se_overrun = MALIDP550_SE_IRQ_OVR,				\
	.se_busy = MALIDP550_SE_IRQ_IBSY,				\
	.oneshot = MALIDP550_SE_MEMWRITE_ONESHOT,			\
	.two_planes = 0x2e

const struct malidp_model_info malidp_model_info[MODELS] = {
	{
		.name = "dp500",
		.compatible = "arm,mali-dp500",
		.product = 0x500,
		.size = MALIDP500_ADDR_SPACE_SIZE,
		.memory = 0x90000000,
		.base = { 0, MALIDP500_SE_BASE, 0 },
		.core_id_reg = MALIDP_DE_CORE_ID,
		.core_id = 0x05001000,
		.config_id_reg = MALIDP500_CONFIG_ID,
		.config_id = 1 << 4,
		.line_counter = MALIDP500_DE_LINE_COUNTER,
		.dc_control = MALIDP500_DC_CONTROL,
		.config_valid = MALIDP500_CONFIG_VALID,
		.timings = MALIDP500_TIMINGS_BASE,
		.se_control = MALIDP500_SE_CONTROL,
		.mw_base = MALIDP500_SE_MEMWRITE_BASE,
		.ranges = dp500_ranges,
		.config_req = MALIDP500_DC_CONFIG_REQ,
		.v_front_porch = 0xff,
		.de_vsync = MALIDP500_DE_IRQ_VSYNC,
		.de_axi_error = MALIDP500_DE_IRQ_AXI_ERR,
		.dc_valid = MALIDP500_DE_IRQ_CONF_VALID,
		.dc_mode = MALIDP500_DE_IRQ_CONF_MODE,
		.se_valid = MALIDP500_SE_IRQ_CONF_VALID,
		.se_mode = MALIDP500_SE_IRQ_CONF_MODE,
		.se_done = MALIDP500_SE_IRQ_CONF_VALID,
		.se_axi_error = MALIDP500_SE_IRQ_AXI_ERROR,
		.se_overrun = MALIDP500_SE_IRQ_OVERRUN,
		.se_busy = MALIDP500_SE_IRQ_INIT_BUSY,
		.two_planes = 14,
	}, {
		.name = "dp550",
		.compatible = "arm,mali-dp550",
		.product = 0x550,
		.core_id = 0x05501000,
		DP5X0_COMMON,
	}, {
		.name = "dp650",
		.compatible = "arm,mali-dp650",
		.product = 0x650,
		.core_id = 0x06501000,
		DP5X0_COMMON,
	},
};
