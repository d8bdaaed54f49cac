// SPDX-License-Identifier: GPL-2.0-only
/*
 * With drm.debug=0x10, each refusal leaves a message in the kernel log that
 * names the connector and the reason.
 */

#include <fcntl.h>

#include "kselftest_harness.h"
#include "request.h"
#include "trace.h"

FIXTURE(message) {
	struct bench bench;
	int kmsg;
};

FIXTURE_SETUP(message)
{
	int ret = bench_open(&self->bench);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (self->kmsg < 0 || lseek(self->kmsg, 0, SEEK_END) < 0)
		SKIP(return, "cannot read the kernel log");
	if (!debug_set("0"))
		SKIP(return, "cannot turn debug messages on");
}

FIXTURE_TEARDOWN(message)
{
	debug_set("0");
	close(self->kmsg);
	bench_close(&self->bench);
}

/* What the kernel says on every commit gives no reason. */
static bool is_reason(const char *record, const struct pipe *pipe)
{
	char connector[64], object[32];

	snprintf(connector, sizeof(connector), "[CONNECTOR:%u:%s]",
		 pipe->connector.id, pipe->connector.name);
	snprintf(object, sizeof(object), "[OBJECT:%u]", pipe->connector.id);
	if (strstr(record, "Added [") ||
	    strstr(record, "atomic core check failed"))
		return false;
	return strstr(record, connector) || strstr(record, object);
}

/* Does a message since the last call name the connector and a reason? */
static bool is_explained(int kmsg, const struct pipe *pipe)
{
	char record[1024];
	bool found = false;
	ssize_t size;

	while ((size = read(kmsg, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		found |= is_reason(record, pipe);
	}
	return found;
}

static void check_rows(struct __test_metadata *_metadata, struct bench *bench,
		       int kmsg, const struct row *row, unsigned int n)
{
	char text[128];

	for (; n; n--, row++) {
		row_describe(row, text, sizeof(text));
		debug_set("16");
		EXPECT_EQ(row->verdict,
			  bench_try(bench, row, DRM_MODE_ATOMIC_TEST_ONLY))
			TH_LOG("%s", text);
		debug_set("0");
		EXPECT_TRUE(is_explained(kmsg, &bench->screen.pipe))
			TH_LOG("%s: the log names no reason", text);
	}
}

TEST_F(message, names_the_fence)
{
	static const struct row rows[] = {
		{ { FENCE }, -EINVAL },
		{ { FENCE, FB_0 }, -EINVAL },
		{ { FB, FENCE_RDONLY }, -EFAULT },
	};

	check_rows(_metadata, &self->bench, self->kmsg, rows, ARRAY_SIZE(rows));
}

TEST_F(message, names_the_crtc)
{
	static const struct row rows[] = {
		{ { FB, OFF }, -EINVAL },
		{ { FB, NO_CRTC, NO_MODE, OFF }, -EINVAL },
	};

	check_rows(_metadata, &self->bench, self->kmsg, rows, ARRAY_SIZE(rows));
}

TEST_F(message, names_the_framebuffer)
{
	static const struct row rows[] = {
		{ { FB_GONE }, -EINVAL },
		{ { FB_CRTC }, -EINVAL },
	};

	check_rows(_metadata, &self->bench, self->kmsg, rows, ARRAY_SIZE(rows));
}

TEST_HARNESS_MAIN
