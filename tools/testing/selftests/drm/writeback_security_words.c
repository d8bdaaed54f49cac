// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel says of writebacks, in names, in messages, to the tracer and in
 * debugfs, tells nobody where in its memory things are.
 */

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <linux/sync_file.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "client.h"
#include "screen.h"
#include "trace.h"

#define DEBUGFS "/sys/kernel/debug"
#define TRACEFS "/sys/kernel/tracing"
#define EVENTS TRACEFS "/events/drm_writeback"

static const struct mode_wish small = { 128, 96, 120 };

/* A picture is being written. */
FIXTURE(words) {
	struct screen screen;
	struct buffer target;
	int32_t fence;
};

FIXTURE_SETUP(words)
{
	struct screen *screen = &self->screen;
	int ret = screen_start(screen, &small, &self->target);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, capture_retry(screen, NULL, &self->target, &self->fence,
				   DRM_MODE_ATOMIC_NONBLOCK));
}

FIXTURE_TEARDOWN(words)
{
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

/* Does a run of eight hex digits or more look like an address? */
static bool is_pointer(const char *word, size_t length)
{
	static const char zeros[] = "00000000";

	return length >= 8 && (strcspn(word, "abcdefABCDEF") < length ||
			       !strncmp(word, zeros, 8));
}

static bool has_pointer(const char *text)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	size_t length;

	for (; *text; text += length ? length : 1) {
		length = strspn(text, digits);
		if (is_pointer(text, length))
			return true;
	}
	return false;
}

TEST(pointers_are_known_when_seen)
{
	EXPECT_TRUE(has_pointer("job=ffff888012345678"));
	EXPECT_TRUE(has_pointer("fence 0x60a3b2c0,"));
	EXPECT_TRUE(has_pointer("(0000000012345678)"));
	EXPECT_FALSE(has_pointer("card=0 fb=51 job=1 latency_ns=20177152"));
	EXPECT_FALSE(has_pointer("[CONNECTOR:47:Writeback-1] deadbee"));
}

/* Lines of a file in which a pointer is, counted; -1: no such file. */
static int count_pointers(struct __test_metadata *_metadata, const char *path,
			  bool (*is_meant)(const char *line))
{
	FILE *file = fopen(path, "re");
	int count = 0;
	char line[1024];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if ((is_meant && !is_meant(line)) || !has_pointer(line))
			continue;
		TH_LOG("%s: %s", path, line);
		count++;
	}
	fclose(file);
	return count;
}

/*
 * Names
 */

/* The rest of the array is no memory of somebody else. */
static bool is_padded(const char *text, size_t size)
{
	size_t i;

	for (i = strnlen(text, size); i < size; i++)
		if (text[i])
			return false;
	return strnlen(text, size) < size;
}

TEST_F(words, in_names_of_fences)
{
	struct sync_fence_info info = {};
	struct sync_file_info file = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)&info,
	};

	ASSERT_EQ(0, ioctl(self->fence, SYNC_IOC_FILE_INFO, &file));
	EXPECT_FALSE(has_pointer(file.name)) TH_LOG("%s", file.name);
	EXPECT_FALSE(has_pointer(info.obj_name)) TH_LOG("%s", info.obj_name);
	EXPECT_FALSE(has_pointer(info.driver_name))
		TH_LOG("%s", info.driver_name);
	EXPECT_TRUE(is_padded(file.name, sizeof(file.name)));
	EXPECT_TRUE(is_padded(info.obj_name, sizeof(info.obj_name)));
	EXPECT_TRUE(is_padded(info.driver_name, sizeof(info.driver_name)));
}

TEST_F(words, in_fdinfo)
{
	const int fds[] = { self->fence, self->screen.card.fd };
	char path[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fds[i]);
		EXPECT_EQ(0, count_pointers(_metadata, path, NULL));
	}
}

/*
 * Messages
 */

/* The core's own tell of states by their hashed addresses. */
static bool is_ours(const char *record)
{
	return strstr(record, "riteback") && !strstr(record, " state ") &&
	       !strstr(record, "Added [");
}

/* Behind time and device, which may have an address in its name; one line. */
static const char *text_of(char *record)
{
	record[strcspn(record, "\n")] = '\0';
	return strstr(record, "[drm") ?: record;
}

/* How many messages there are, each of them looked at. */
static unsigned int check_messages(struct __test_metadata *_metadata, int kmsg)
{
	unsigned int count = 0;
	char record[2048];
	ssize_t size;

	while ((size = read(kmsg, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		if (!is_ours(record))
			continue;
		count++;
		EXPECT_FALSE(has_pointer(text_of(record)))
			TH_LOG("%s", record);
	}
	return count;
}

/* All that a commit can be refused for, and one that is not. */
static void say_much(struct screen *screen, const struct buffer *target)
{
	const struct pipe *pipe = &screen->pipe;
	uint32_t id = pipe->connector.id, crtc_id = pipe->crtc.id;
	const struct setting settings[] = {
		{ id, pipe->connector.fb_id, 0xfffffff0 },
		{ id, pipe->connector.fb_id, 1ull << 40 | target->fb },
		{ id, pipe->connector.out_fence_ptr, 8 },
		{ id, pipe->connector.crtc_id, pipe->plane.id },
		{ id, pipe->connector.pixel_formats, 0 },
		{ crtc_id, pipe->crtc.active, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		atomic_commit(&screen->card, &settings[i], 1,
			      DRM_MODE_ATOMIC_TEST_ONLY);
	capture_retry(screen, NULL, target, NULL, 0);
}

TEST_F(words, in_messages)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned int count;

	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		SKIP(return, "cannot read the kernel log");
	if (!debug_set("511"))
		SKIP(return, "cannot turn debug messages on");
	say_much(&self->screen, &self->target);
	debug_set("0");
	count = check_messages(_metadata, kmsg);
	EXPECT_LT(5, count);
	TH_LOG("%u messages", count);
	close(kmsg);
}

/*
 * For root alone
 */

/* The format of an event has no pointer, neither to print nor to record. */
static bool is_field_of_pointers(const char *line)
{
	return strstr(line, "%p") ||
	       (strstr(line, "field:") && strchr(line, '*'));
}

static unsigned int check_formats(struct __test_metadata *_metadata)
{
	DIR *dir = opendir(EVENTS);
	struct dirent *entry;
	char path[512], line[1024];
	unsigned int count = 0;
	FILE *file;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), EVENTS "/%s/format", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		count++;
		while (fgets(line, sizeof(line), file)) {
			EXPECT_FALSE(is_field_of_pointers(line))
				TH_LOG("%s: %s", entry->d_name, line);
		}
		fclose(file);
	}
	if (dir)
		closedir(dir);
	return count;
}

static bool is_event(const char *line)
{
	return strstr(line, "drm_writeback");
}

TEST_F(words, in_the_trace)
{
	struct trace trace;

	if (!trace_begin())
		SKIP(return, "the kernel has no tracefs");
	say_much(&self->screen, &self->target);
	EXPECT_TRUE(trace_end(&trace));
	EXPECT_LT(0, trace.n);
	EXPECT_EQ(0, count_pointers(_metadata, TRACEFS "/trace", is_event));
	EXPECT_LT(5, check_formats(_metadata));
}

/* That of the state is the core's, but for lines on the job. */
static bool is_of_job(const char *line)
{
	return strstr(line, "writeback") || strstr(line, "fence=");
}

TEST_F(words, in_debugfs)
{
	const char *name = self->screen.pipe.connector.name;
	char path[128];
	struct stat stat;

	if (access(DEBUGFS "/dri", F_OK))
		SKIP(return, "the kernel has no debugfs");
	ASSERT_EQ(0, fstat(self->screen.card.fd, &stat));
	snprintf(path, sizeof(path), DEBUGFS "/dri/%u/%s/writeback",
		 minor(stat.st_rdev), name);
	EXPECT_EQ(0, count_pointers(_metadata, path, NULL));
	snprintf(path, sizeof(path), DEBUGFS "/dri/%u/state",
		 minor(stat.st_rdev));
	EXPECT_EQ(0, count_pointers(_metadata, path, is_of_job));
}

/* Exits with how many of the two file systems one can look into who is not root. */
static int look_as_user(int socket, void *data)
{
	(void)socket;
	(void)data;
	if (seteuid(65534))
		return 100;
	return !eaccess(DEBUGFS "/dri", F_OK) + !eaccess(EVENTS, F_OK);
}

TEST_F(words, in_debugfs_are_for_root)
{
	struct client client;

	if (access(DEBUGFS "/dri", F_OK))
		SKIP(return, "the kernel has no debugfs");
	ASSERT_EQ(0, client_start(&client, look_as_user, NULL));
	EXPECT_EQ(0, client_end(&client, 0));
}

TEST_HARNESS_MAIN
