// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: what the kernel log says of an engine
 *
 * The messages are rate-limited, so this suite runs before those that provoke
 * them by the way.
 */

#include <linux/console.h>
#include <linux/dma-fence.h>
#include <linux/jiffies.h>
#include <linux/ratelimit_types.h>
#include <linux/string.h>

#include <kunit/resource.h>
#include <kunit/test.h>

#include "drm_writeback_mock.h"

/* More than the limit lets through. */
#define MANY	(2 * DEFAULT_RATELIMIT_BURST)

/* A console that counts the lines of errors that name a connector, and more. */
struct listener {
	struct console console;
	char connector[64];
	char what[32];
	unsigned int heard;
};

static void hear(struct console *console, const char *line, unsigned int len)
{
	struct listener *listener =
		container_of(console, struct listener, console);

	if (strnstr(line, "*ERROR*", len) &&
	    strnstr(line, listener->connector, len) &&
	    strnstr(line, listener->what, len))
		listener->heard++;
}

static void stop_listening(void *data)
{
	struct listener *listener = data;

	unregister_console(&listener->console);
}

static struct listener *listen(struct mock_device *mock, const char *what)
{
	struct drm_connector *connector = &mock->wb[0].base.base;
	struct kunit *test = mock->test;
	struct listener *listener;
	int ret;

	listener = kunit_kzalloc(test, sizeof(*listener), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, listener);
	snprintf(listener->connector, sizeof(listener->connector),
		 "[CONNECTOR:%u:%s]", connector->base.id, connector->name);
	strscpy(listener->what, what);
	strscpy(listener->console.name, "wbtest");
	listener->console.write = hear;
	listener->console.flags = CON_ENABLED;
	listener->console.index = -1;
	register_console(&listener->console);
	ret = kunit_add_action_or_reset(test, stop_listening, listener);
	KUNIT_ASSERT_EQ(test, ret, 0);

	return listener;
}

static unsigned int heard(struct listener *listener)
{
	/* What was printed in an interrupt may be pending. */
	console_lock();
	console_unlock();

	return listener->heard;
}

/* Let a job expire, and the engine answer after all. */
static void miss_deadline(struct mock_device *mock)
{
	struct dma_fence *fence = mock_write(mock);

	KUNIT_EXPECT_EQ(mock->test, mock_fence_status(fence), -ETIMEDOUT);
	mock_answer(&mock->wb[0], 0);
}

/* Test that a missed deadline is an error, one, that names connector and job. */
static void drm_test_writeback_report_deadline(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct listener *listener;
	struct dma_fence *fence;

	mock_on(mock);
	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	mock->wb[0].grace_ms = MOCK_LONG_MS;
	listener = listen(mock, "");
	fence = mock_write(mock);
	snprintf(listener->what, sizeof(listener->what), " job %llu ",
		 fence->seqno);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), -ETIMEDOUT);
	/* The message follows the signal. */
	timer_delete_sync(&mock->wb[0].base.watchdog);

	KUNIT_EXPECT_EQ(test, heard(listener), 1);
}

/* Test that an engine that never works does not fill the log. */
static void drm_test_writeback_report_deadline_limit(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct listener *listener;
	unsigned long start = jiffies;
	unsigned int i;

	mock_on(mock);
	listener = listen(mock, "deadline");
	for (i = 0; i < MANY; i++) {
		mock->wb[0].base.timeout_ms = MOCK_SHORT_MS / 2;
		mock->wb[0].grace_ms = MOCK_LONG_MS;
		miss_deadline(mock);
	}

	if (time_after(jiffies, start + DEFAULT_RATELIMIT_INTERVAL))
		kunit_skip(test, "too slow for the limit");
	KUNIT_EXPECT_LE(test, heard(listener), DEFAULT_RATELIMIT_BURST);
}

/* Test that a completion without a job is an error that names the connector. */
static void drm_test_writeback_report_stray(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct listener *listener = listen(mock, "completion without");

	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, heard(listener), 1);
	drm_writeback_complete_job(&mock->wb[0].base, NULL, 0);
	KUNIT_EXPECT_EQ(test, heard(listener), 2);
}

/* Test that an engine that completes all the time does not fill the log. */
static void drm_test_writeback_report_stray_limit(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct listener *listener = listen(mock, "completion without");
	unsigned int i;

	for (i = 0; i < MANY; i++)
		mock_answer(&mock->wb[0], 0);

	KUNIT_EXPECT_LE(test, heard(listener), DEFAULT_RATELIMIT_BURST);
}

static struct kunit_case drm_writeback_report_tests[] = {
	KUNIT_CASE(drm_test_writeback_report_deadline),
	KUNIT_CASE(drm_test_writeback_report_deadline_limit),
	KUNIT_CASE(drm_test_writeback_report_stray),
	KUNIT_CASE(drm_test_writeback_report_stray_limit),
	{}
};

static struct kunit_suite drm_writeback_report_test_suite = {
	.name = "drm_writeback_report",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_report_tests,
};

kunit_test_suite(drm_writeback_report_test_suite);
