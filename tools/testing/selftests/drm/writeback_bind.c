// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation fails in turn while a driver with a writeback connector comes to
 * its device: it fails as a whole and leaves no trace, or does without what failed.
 * The next time it comes, it captures.
 *
 * A driver that can be bound to its device is, any other one, such as vkms, is
 * loaded as a module. One in several allocations fails, with
 * WRITEBACK_LONG=1 each one; WRITEBACK_SEED=N fails those of another run again.
 */

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "binding.h"
#include "chance.h"
#include "faults.h"
#include "modules.h"
#include "storm.h"

/* No driver has so many allocations; one that brings a card along has more. */
#define NTH_MAX 5000
#define NTH_MIN 50

#define STRIDE 16

/* Its emulation does without what it has no memory for, but does not free all. */
#define FBDEV "/sys/module/drm_kms_helper/parameters/fbdev_emulation"

struct driver {
	struct binding binding;
	char module[64];
	int bind, file;			/* -1 for what it is not done with */
};

/* What there is without the driver. */
struct traces {
	unsigned int cards, debugfs, fds;
};

FIXTURE(driver) {
	struct driver driver;
	struct chance chance;
	struct traces without;
	unsigned int first;		/* allocation that is the driver's */
	char fbdev;
};

/*
 * The driver comes and goes
 */

static bool is_bound(const struct driver *driver)
{
	return driver->bind >= 0;
}

static int load(const struct driver *driver, const char *parameters)
{
	return syscall(SYS_finit_module, driver->file, parameters, 0) ? -errno : 0;
}

static int bind_device(const struct driver *driver)
{
	const char *device = driver->binding.device;

	return pwrite(driver->bind, device, strlen(device), 0) < 0 ? -errno : 0;
}

static int come(const struct driver *driver)
{
	return is_bound(driver) ? bind_device(driver) :
				  load(driver, "enable_writeback=1");
}

static int go(struct driver *driver)
{
	return is_bound(driver) ? binding_release(&driver->binding) :
				  module_remove_when_idle(driver->module);
}

/*
 * How many allocations the kernel makes for a module before that has its say: as
 * many as for one with a parameter that it refuses.
 */
static unsigned int allocations_of_loader(const struct driver *driver)
{
	unsigned int left;
	int ret;

	fault_arm(NTH_MAX);
	ret = load(driver, "enable_writeback=?");
	left = fault_distance();
	fault_arm(0);
	return ret == -EINVAL ? NTH_MAX - left : 0;
}

static unsigned int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static struct traces find_traces(void)
{
	return (struct traces) {
		.cards = count_entries("/sys/class/drm"),
		.debugfs = count_entries("/sys/kernel/debug/dri"),
		.fds = count_entries("/proc/self/fd"),
	};
}

static void expect_gone(struct __test_metadata *_metadata,
			const struct driver *driver,
			const struct traces *without)
{
	struct traces now = find_traces();

	EXPECT_EQ(without->cards, now.cards);
	EXPECT_EQ(without->debugfs, now.debugfs);
	EXPECT_EQ(without->fds, now.fds);
	if (!is_bound(driver))
		EXPECT_FALSE(module_is_loaded(driver->module));
}

static void expect_capture(struct __test_metadata *_metadata,
			   const struct driver *driver)
{
	struct screen screen;
	struct model model;
	const char *fault;

	ASSERT_EQ(0, card_wait(driver->binding.card));
	ASSERT_EQ(0, screen_open(&screen, NULL));
	ASSERT_EQ(0, storm_prepare(&screen, &model));
	ASSERT_EQ(0, screen_on(&screen));
	fault = storm_check(&screen);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	screen_close(&screen);
}

/*
 * Set-up
 */

static int open_bind(const struct binding *binding)
{
	char path[sizeof(binding->driver) + 8];

	snprintf(path, sizeof(path), "%s/bind", binding->driver);
	return open(path, O_WRONLY | O_CLOEXEC);
}

static int find_driver(struct driver *driver)
{
	struct screen screen;
	int ret = screen_open(&screen, NULL);

	if (ret)
		return ret;
	module_of_driver(screen.card.driver, driver->module,
			 sizeof(driver->module));
	driver->bind = binding_find(&driver->binding, &screen.card) ?
		       -1 : open_bind(&driver->binding);
	driver->file = is_bound(driver) ? -1 : module_open(driver->module);
	screen_close(&screen);
	return 0;
}

/* While no card is there that has begun otherwise. There may be no such file. */
static char set_fbdev(char value)
{
	int fd = open(FBDEV, O_RDWR | O_CLOEXEC);
	char before = value;

	if (fd < 0)
		return value;
	if (pread(fd, &before, 1, 0) != 1 || pwrite(fd, &value, 1, 0) != 1)
		abort();
	close(fd);
	return before;
}

FIXTURE_SETUP(driver)
{
	int ret = find_driver(&self->driver);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	if (!is_bound(&self->driver) && self->driver.file < 0)
		SKIP(return, "cannot find the module: set WRITEBACK_LOAD");
	if (!faults_prepare())
		SKIP(return, "the kernel has no FAILSLAB");
	chance_init(&self->chance);
	TH_LOG("WRITEBACK_SEED=%u", self->chance.seed);
	/* It stays open. */
	fault_arm(0);
	ASSERT_EQ(0, go(&self->driver));
	self->fbdev = set_fbdev('N');
	self->without = find_traces();
	self->first = 1 + (is_bound(&self->driver) ?
			   0 : allocations_of_loader(&self->driver));
}

FIXTURE_TEARDOWN(driver)
{
	set_fbdev(self->fbdev);
	EXPECT_EQ(0, come(&self->driver));
	EXPECT_EQ(0, card_wait(self->driver.binding.card));
}

/*
 * The sweep
 */

/* How many allocations failed, and with how many of them the driver. */
struct toll {
	unsigned int swept, refused;
};

/*
 * Of a device without a name the driver core says EINVAL, of registers for which
 * there is no struct EBUSY, and of such interrupts ENXIO.
 */
static bool is_right(int ret)
{
	return ret == -ENOMEM || ret == -EINVAL || ret == -EBUSY || ret == -ENXIO;
}

/* Returns whether there was an @nth allocation. */
static bool try_nth(struct __test_metadata *_metadata, struct driver *driver,
		    unsigned int nth, struct toll *toll)
{
	bool failed;
	int ret;

	fault_arm(nth);
	ret = come(driver);
	failed = fault_happened();

	toll->swept += failed;
	toll->refused += !!ret;
	EXPECT_TRUE(!ret || (failed && is_right(ret)))
		TH_LOG("allocation %u %s: %d", nth,
		       failed ? "failed" : "was not reached", ret);
	if (!ret)
		ASSERT_EQ(0, go(driver));
	return failed;
}

TEST_F_TIMEOUT(driver, that_cannot_allocate_leaves_nothing, 5400)
{
	unsigned int stride = rounds_wanted(STRIDE, 1);
	unsigned int nth = self->first + chance_below(&self->chance, stride);
	struct toll toll = { 0 };

	while (nth < NTH_MAX && __test_passed(_metadata) &&
	       try_nth(_metadata, &self->driver, nth, &toll)) {
		expect_gone(_metadata, &self->driver, &self->without);
		ASSERT_EQ(0, come(&self->driver));
		expect_capture(_metadata, &self->driver);
		ASSERT_EQ(0, go(&self->driver));
		nth += stride;
	}
	TH_LOG("%u of allocations %u to %u failed, and with %u of them the driver",
	       toll.swept, self->first, nth - 1, toll.refused);
	EXPECT_LT(nth, NTH_MAX);
	EXPECT_LE(NTH_MIN, nth);
	EXPECT_LT(0, toll.refused);
}

TEST_HARNESS_MAIN
