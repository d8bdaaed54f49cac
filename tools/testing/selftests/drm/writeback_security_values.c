// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile values: whatever address, descriptor or number a commit has, it either
 * works or fails as a whole, with the errno that tells why, and leaves nothing.
 */

#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "display.h"
#include "screen.h"
#include "sharing.h"

#define BAD_COMMITS 50

static const struct mode_wish small = { 128, 96, 120 };

static const struct {
	const char *name;
	uint32_t flags;
} ways[] = {
	{ "blocking", 0 },
	{ "nonblocking", DRM_MODE_ATOMIC_NONBLOCK },
	{ "test", DRM_MODE_ATOMIC_TEST_ONLY },
};

FIXTURE(values) {
	struct screen screen;
	struct buffer target, other;
	uint32_t in_fence_fd;		/* a property */
	int next_fd;
};

/* The lowest free descriptor: also one that is only reserved is not free. */
static int next_fd(void)
{
	int fd = fcntl(0, F_DUPFD_CLOEXEC, 0);

	close(fd);
	return fd;
}

FIXTURE_SETUP(values)
{
	struct screen *screen = &self->screen;
	int ret = screen_start(screen, &small, &self->target);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_target(screen, &self->other, 0));
	self->in_fence_fd = card_property(&screen->card,
					  screen->pipe.connector.id,
					  DRM_MODE_OBJECT_CONNECTOR,
					  "WRITEBACK_IN_FENCE_FD", NULL);
	self->next_fd = next_fd();
}

/* Nothing was written, nothing has leaked, and the next capture is fine. */
FIXTURE_TEARDOWN(values)
{
	EXPECT_EQ(self->next_fd, next_fd());
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
	EXPECT_EQ(1, screen_capture(&self->screen, 1, &self->other));
	EXPECT_EQ(NULL, picture_fault(self->screen.drawn, &self->other));
	buffer_destroy(&self->target);
	buffer_destroy(&self->other);
	screen_close(&self->screen);
}

/* Two properties of the connector; that the last job is busy is no verdict. */
static int commit_two(const struct screen *screen, uint32_t property,
		      uint64_t value, uint32_t fb, uint32_t flags)
{
	const struct pipe *pipe = &screen->pipe;
	const struct setting settings[] = {
		{ pipe->connector.id, property, value },
		{ pipe->connector.id, pipe->connector.fb_id, fb },
	};
	unsigned int tries = PATIENCE_MS;
	int ret;

	do {
		ret = atomic_commit(&screen->card, settings,
				    ARRAY_SIZE(settings), flags);
	} while (ret == -EBUSY && tries-- && !usleep(1000));
	return ret;
}

/*
 * Fence pointers
 */

static void *map(int prot, int flags, int fd)
{
	void *page = mmap(NULL, getpagesize(), prot, flags, fd, 0);

	if (page == MAP_FAILED)
		abort();
	return page;
}

static void *map_anonymous(int prot)
{
	return map(prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void *map_file(int prot, int flags)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	void *page = map(prot, flags, fd);

	close(fd);
	return page;
}

/* What accesses it gets a SIGBUS. */
static void *map_nothing(void)
{
	int fd = memfd_create("empty", MFD_CLOEXEC);
	void *page = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);

	close(fd);
	return page;
}

static void *unmapped(void)
{
	void *page = map_anonymous(PROT_READ | PROT_WRITE);

	munmap(page, getpagesize());
	return page;
}

/* The last bytes of memory before a page that cannot be written. */
static void *before(int prot)
{
	char *pages = mmap(NULL, 2 * getpagesize(), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED ||
	    mprotect(pages + getpagesize(), getpagesize(), prot))
		abort();
	return pages + getpagesize() - 2;
}

struct place {
	const char *name;
	uint64_t address;
};

static void expect_fault(struct __test_metadata *_metadata,
			 const struct screen *screen,
			 const struct buffer *target,
			 const struct place *place)
{
	uint32_t fence_ptr = screen->pipe.connector.out_fence_ptr;
	int before = next_fd();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(-EFAULT, commit_two(screen, fence_ptr, place->address,
					      target->fb, ways[i].flags))
			TH_LOG("%s, %s", place->name, ways[i].name);
		EXPECT_EQ(before, next_fd())
			TH_LOG("%s, %s", place->name, ways[i].name);
	}
}

TEST_F(values, of_a_fence_pointer_to_memory_that_cannot_be_written)
{
	const struct place places[] = {
		{ "unmapped", (uintptr_t)unmapped() },
		{ "guard page", (uintptr_t)map_anonymous(PROT_NONE) },
		{ "read-only", (uintptr_t)map_anonymous(PROT_READ) },
		{ "read-only file",
		  (uintptr_t)map_file(PROT_READ, MAP_SHARED) },
		{ "private file", (uintptr_t)map_file(PROT_READ, MAP_PRIVATE) },
		{ "end of a file", (uintptr_t)map_nothing() },
		{ "code", (uintptr_t)expect_fault },
		{ "into a guard page", (uintptr_t)before(PROT_NONE) },
		{ "into a read-only page", (uintptr_t)before(PROT_READ) },
		{ "page 0", 8 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		expect_fault(_metadata, &self->screen, &self->target,
			     &places[i]);
}

TEST_F(values, of_a_fence_pointer_beyond_user_space)
{
	static const struct place places[] = {
		{ "last page of user space", 0x7ffffffff000 },
		{ "across the end of user space", 0x7ffffffffffe },
		{ "not canonical", 0x800000000000 },
		{ "far from canonical", 0x4000000000000000 },
		{ "last that is not canonical", 0xffff7ffffffffffc },
		{ "first of the kernel", 0xffff800000000000 },
		{ "the kernel's memory", 0xffff888000001000 },
		{ "the kernel's code", 0xffffffff81000000 },
		{ "a module", 0xffffffffc0000000 },
		{ "vsyscall", 0xffffffffff600000 },
		{ "last word", ~0ull - 3 },
		{ "beyond the end", ~0ull - 1 },
		{ "-1", ~0ull },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		expect_fault(_metadata, &self->screen, &self->target,
			     &places[i]);
}

/* Addresses need not be tidy. */
static void expect_fence(struct __test_metadata *_metadata,
			 const struct screen *screen,
			 const struct buffer *target, const char *name,
			 void *address)
{
	uint32_t fence_ptr = screen->pipe.connector.out_fence_ptr;
	unsigned int i;
	int32_t fence;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(0, commit_two(screen, fence_ptr, (uintptr_t)address,
					target->fb, ways[i].flags))
			TH_LOG("%s, %s", name, ways[i].name);
		memcpy(&fence, address, sizeof(fence));
		if (ways[i].flags & DRM_MODE_ATOMIC_TEST_ONLY) {
			EXPECT_EQ(-1, fence);
		} else {
			EXPECT_EQ(1, fence_result(fence, PATIENCE_MS))
				TH_LOG("%s, %s", name, ways[i].name);
		}
	}
}

TEST_F(values, of_a_fence_pointer_to_memory_of_any_kind)
{
	char *pages = before(PROT_READ | PROT_WRITE);
	int rw = PROT_READ | PROT_WRITE;

	expect_fence(_metadata, &self->screen, &self->other, "odd", pages - 3);
	expect_fence(_metadata, &self->screen, &self->other, "two pages", pages);
	expect_fence(_metadata, &self->screen, &self->other, "new page",
		     map_anonymous(rw));
	expect_fence(_metadata, &self->screen, &self->other, "shared page",
		     map(rw, MAP_SHARED | MAP_ANONYMOUS, -1));
	expect_fence(_metadata, &self->screen, &self->other, "copied page",
		     map_file(rw, MAP_PRIVATE));
	expect_fence(_metadata, &self->screen, &self->other, "the destination",
		     self->other.map);
	buffer_poison(&self->other, POISON);
}

/* The kernel writes -1 to what it is about to read. */
TEST_F(values, of_a_fence_pointer_into_the_request)
{
	const struct pipe *pipe = &self->screen.pipe;
	uint32_t objects[2] = { pipe->connector.id, pipe->connector.id };
	uint32_t counts[2] = { 1, 1 };
	uint32_t props[2] = {
		pipe->connector.out_fence_ptr, pipe->connector.fb_id,
	};
	uint64_t values[2] = { (uintptr_t)&values[1], self->target.fb };
	struct drm_mode_atomic atomic = {
		.count_objs = 2,
		.objs_ptr = (uintptr_t)objects,
		.count_props_ptr = (uintptr_t)counts,
		.props_ptr = (uintptr_t)props,
		.prop_values_ptr = (uintptr_t)values,
	};
	int fd = self->screen.card.fd;

	EXPECT_EQ(-1, ioctl(fd, DRM_IOCTL_MODE_ATOMIC, &atomic));
	EXPECT_EQ(EINVAL, errno);
	values[0] = (uintptr_t)&objects[1];
	values[1] = self->target.fb;
	EXPECT_EQ(-1, ioctl(fd, DRM_IOCTL_MODE_ATOMIC, &atomic));
	EXPECT_EQ(ENOENT, errno);
}

struct page {
	int32_t *fence;
	pthread_mutex_t lock;		/* held: the page is there */
	bool done;
};

static void protect(const struct page *page, int prot)
{
	if (mprotect(page->fence, getpagesize(), prot))
		abort();
}

static void *take_away(void *data)
{
	struct page *page = data;

	for (;;) {
		pthread_mutex_lock(&page->lock);
		if (page->done)
			break;
		protect(page, PROT_NONE);
		usleep(50);
		protect(page, PROT_READ | PROT_WRITE);
		pthread_mutex_unlock(&page->lock);
		usleep(50);
	}
	pthread_mutex_unlock(&page->lock);
	return NULL;
}

/* The fence is there when the commit succeeds, and else is none. */
TEST_F(values, of_a_fence_pointer_to_a_page_that_comes_and_goes)
{
	struct page page = {
		.fence = map_anonymous(PROT_READ | PROT_WRITE),
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	uint32_t fence_ptr = self->screen.pipe.connector.out_fence_ptr;
	unsigned int i, faults = 0;
	pthread_t thread;
	int32_t fence;
	int ret;

	ASSERT_EQ(0, pthread_create(&thread, NULL, take_away, &page));
	for (i = 0; i < BAD_COMMITS; i++) {
		ret = commit_two(&self->screen, fence_ptr,
				 (uintptr_t)page.fence, self->other.fb,
				 DRM_MODE_ATOMIC_NONBLOCK);
		faults += ret == -EFAULT;
		EXPECT_TRUE(!ret || ret == -EFAULT) TH_LOG("%d", ret);
		pthread_mutex_lock(&page.lock);
		fence = *page.fence;
		pthread_mutex_unlock(&page.lock);
		if (!ret)
			EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	}
	pthread_mutex_lock(&page.lock);
	page.done = true;
	pthread_mutex_unlock(&page.lock);
	pthread_join(thread, NULL);
	TH_LOG("%u of %u commits failed", faults, BAD_COMMITS);
	buffer_poison(&self->other, POISON);
}

/*
 * In-fences
 */

static int opened(const char *path, int flags)
{
	return open(path, flags | O_CLOEXEC);
}

static int closed(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	close(fd);
	return fd;
}

static void expect_invalid(struct __test_metadata *_metadata,
			   const struct screen *screen, uint32_t property,
			   uint64_t value, const struct buffer *target,
			   const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(-EINVAL, commit_two(screen, property, value,
					      target->fb, ways[i].flags))
			TH_LOG("%s, %s", name, ways[i].name);
	}
	EXPECT_EQ(-EINVAL,
		  drmModeObjectSetProperty(screen->card.fd,
					   screen->pipe.connector.id,
					   DRM_MODE_OBJECT_CONNECTOR, property,
					   value))
		TH_LOG("%s", name);
}

TEST_F(values, of_an_in_fence_of_the_wrong_kind)
{
	const struct {
		const char *name;
		int fd;
	} kinds[] = {
		{ "device", opened("/dev/null", O_RDWR) },
		{ "file", opened("/proc/self/exe", O_RDONLY) },
		{ "O_PATH", opened("/proc/self/exe", O_PATH) },
		{ "directory", opened("/", O_RDONLY | O_DIRECTORY) },
		{ "socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) },
		{ "eventfd", eventfd(0, EFD_CLOEXEC) },
		{ "epoll", epoll_create1(EPOLL_CLOEXEC) },
		{ "memfd", memfd_create("fence", MFD_CLOEXEC) },
		{ "card", dup(self->screen.card.fd) },
		{ "dma-buf", buffer_export(&self->target) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ASSERT_LE(0, kinds[i].fd) TH_LOG("%s", kinds[i].name);
		expect_invalid(_metadata, &self->screen, self->in_fence_fd,
			       kinds[i].fd, &self->target, kinds[i].name);
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		close(kinds[i].fd);
	expect_invalid(_metadata, &self->screen, self->in_fence_fd, closed(),
		       &self->target, "closed");
}

/* A fence that any of these would name, if somebody took less than all bits. */
static int some_fence(struct screen *screen, const struct buffer *target)
{
	int32_t fence = -1;

	if (capture_retry(screen, NULL, target, &fence, 0))
		return -1;
	return fence;
}

TEST_F(values, of_an_in_fence_out_of_range)
{
	int fence = some_fence(&self->screen, &self->other);
	const uint64_t fds[] = {
		-2, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX, UINT32_MAX,
		1ull << 32, 1ull << 32 | fence, 1ull << 63 | fence,
		(uint64_t)INT32_MIN | fence,
	};
	unsigned int i;
	char name[32];

	ASSERT_LE(0, fence);
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		snprintf(name, sizeof(name), "%#llx",
			 (unsigned long long)fds[i]);
		expect_invalid(_metadata, &self->screen, self->in_fence_fd,
			       fds[i], &self->target, name);
	}
	EXPECT_EQ(0, commit_two(&self->screen, self->in_fence_fd, fence,
				self->other.fb, 0));
	close(fence);
	buffer_poison(&self->other, POISON);
}

/*
 * Objects
 */

TEST_F(values, of_a_framebuffer_that_is_none)
{
	const struct pipe *pipe = &self->screen.pipe;
	uint64_t fb = self->target.fb;
	const uint64_t ids[] = {
		1ull << 32 | fb, 1ull << 63 | fb, 0xffffffff00000000 | fb,
		1ull << 32, 1ull << 63, ~0ull, UINT32_MAX, INT32_MAX,
		pipe->connector.id, pipe->crtc.id, pipe->plane.id,
		pipe->connector.fb_id,
	};
	unsigned int i;
	char name[32];

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(name, sizeof(name), "%#llx",
			 (unsigned long long)ids[i]);
		expect_invalid(_metadata, &self->screen,
			       pipe->connector.fb_id, ids[i], &self->target,
			       name);
	}
}

TEST_F(values, of_the_formats_cannot_be_changed)
{
	const struct pipe *pipe = &self->screen.pipe;

	expect_invalid(_metadata, &self->screen, pipe->connector.pixel_formats,
		       0, &self->target, "0");
	expect_invalid(_metadata, &self->screen, pipe->connector.pixel_formats,
		       ~0ull, &self->target, "-1");
}

/* Displays, CRTCs and planes do not have the properties. */
TEST_F(values, of_another_object)
{
	struct screen *screen = &self->screen;
	const struct pipe *pipe = &screen->pipe;
	struct display display = {};
	unsigned int i;

	display_find(&display, &screen->card);
	const uint32_t ids[] = {
		pipe->crtc.id, pipe->plane.id, display.id, self->target.fb,
		pipe->connector.fb_id, 0, UINT32_MAX,
	};
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct setting fb = {
			ids[i], pipe->connector.fb_id, self->target.fb
		};

		EXPECT_EQ(-ENOENT, atomic_commit(&screen->card, &fb, 1, 0))
			TH_LOG("object %u", ids[i]);
	}
}

TEST_HARNESS_MAIN
