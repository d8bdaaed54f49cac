// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fence outlives the driver, and holds the module that its code is in.
 *
 * For WRITEBACK_DRIVER and WRITEBACK_LOAD see modules.h.
 */

#include <sys/ioctl.h>

#include <linux/sync_file.h>

#include "kselftest_harness.h"
#include "client.h"
#include "modules.h"
#include "screen.h"

FIXTURE(driver) {
	char module[64], name[32], connector[32];
};

FIXTURE_SETUP(driver)
{
	struct screen screen;
	int ret = screen_open(&screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	snprintf(self->name, sizeof(self->name), "%s", screen.card.driver);
	snprintf(self->connector, sizeof(self->connector), "%s",
		 screen.pipe.connector.name);
	module_of_driver(screen.card.driver, self->module,
			 sizeof(self->module));
	screen_close(&screen);

	if (!module_is_loaded(self->module))
		SKIP(return, "%s is not a module", self->module);
	if (module_load(self->module, ""))
		SKIP(return, "cannot load modules: set WRITEBACK_LOAD");
}

FIXTURE_TEARDOWN(driver)
{
	EXPECT_EQ(0, module_load(self->module, ""));
}

/* Sends the fence of a picture, complete when *@wait, and exits. */
static int capture(int socket, void *wait)
{
	struct screen screen;
	struct buffer target;
	int32_t fence;

	if (screen_open(&screen, NULL) || screen_target(&screen, &target, 0) ||
	    screen_on(&screen))
		return 1;
	if (capture_retry(&screen, screen_draw(&screen, 1), &target, &fence,
			  DRM_MODE_ATOMIC_NONBLOCK))
		return 2;
	if (socket_send_fd(socket, fence))
		return 3;
	if (*(bool *)wait && fence_result(fence, PATIENCE_MS) != 1)
		return 4;
	if (*(bool *)wait && picture_fault(screen.drawn, &target))
		return 5;
	return 0;
}

/* Runs a client; returns the fence that it left behind. */
static int leave_fence(struct __test_metadata *_metadata, bool wait)
{
	struct client client;
	int fence;

	ASSERT_EQ(0, client_start(&client, capture, &wait));
	fence = socket_receive_fd(client.socket);
	ASSERT_LE(0, fence);
	ASSERT_EQ(0, client_end(&client, 0));
	return fence;
}

static void check_names(struct __test_metadata *_metadata, int fence,
			const char *driver, const char *connector)
{
	struct sync_fence_info info = { };
	struct sync_file_info file = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)&info,
	};

	ASSERT_EQ(0, ioctl(fence, SYNC_IOC_FILE_INFO, &file));
	EXPECT_EQ(1, file.num_fences);
	EXPECT_STREQ(driver, info.driver_name);
	EXPECT_NE(NULL, strstr(info.obj_name, connector))
		TH_LOG("%s", info.obj_name);
	EXPECT_TRUE(info.status == 1 || info.status == -ECANCELED)
		TH_LOG("status %d", info.status);
}

TEST_F(driver, leaves_a_fence_that_answers)
{
	int fence = leave_fence(_metadata, true);

	ASSERT_EQ(0, module_remove_when_idle(self->module));
	sleep_ms(100);
	check_names(_metadata, fence, self->name, self->connector);
	EXPECT_EQ(1, fence_result(fence, 0));
}

TEST_F(driver, can_go_right_after_a_picture_in_flight)
{
	unsigned int i;

	for (i = 0; i < 5; i++) {
		int fence = leave_fence(_metadata, false);

		ASSERT_EQ(0, module_remove_when_idle(self->module));
		check_names(_metadata, fence, self->name, self->connector);
		close(fence);
		ASSERT_EQ(0, module_load(self->module, ""));
	}
}

TEST_F(driver, works_again_when_it_comes_back)
{
	unsigned int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, module_remove_when_idle(self->module));
		ASSERT_EQ(0, module_load(self->module, ""));
		close(leave_fence(_metadata, true));
	}
}

/* The code of the fence is in drm. */
TEST_F_TIMEOUT(driver, leaves_a_fence_that_holds_drm, 60)
{
	int fence = leave_fence(_metadata, true);

	if (!module_is_loaded("drm"))
		SKIP(return, "drm is not a module");
	ASSERT_EQ(0, module_remove_holders("drm"));
	EXPECT_EQ(-EAGAIN, module_remove("drm"));
	sleep_ms(500);
	EXPECT_EQ(-EAGAIN, module_remove("drm"));
	check_names(_metadata, fence, self->name, self->connector);

	close(fence);
	EXPECT_EQ(0, module_remove_when_idle("drm"));
	EXPECT_NE(0, access("/sys/kernel/slab/drm_writeback_job", F_OK));
	ASSERT_EQ(0, module_restore_holders());
	ASSERT_EQ(0, module_load(self->module, ""));
	close(leave_fence(_metadata, true));
}

TEST_HARNESS_MAIN
