// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: what clients see and set
 */

#include <linux/dma-fence.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>

#include <drm/drm.h>
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_auth.h>
#include <drm/drm_crtc.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_mode.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_plane.h>
#include <drm/drm_property.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

#define USER_PAGE	4096
#define MAX_PROPS	8

/* A client: an open file, and memory at user addresses. */
struct mock_client {
	struct mock_device *mock;
	struct inode inode;
	struct file file;
	unsigned long user;
};

static int client_ioctl(struct mock_client *client, unsigned int cmd, void *arg)
{
	void __user *uarg = (void __user *)client->user;
	size_t size = _IOC_SIZE(cmd);
	struct kunit *test = client->mock->test;
	int ret;

	KUNIT_ASSERT_EQ(test, copy_to_user(uarg, arg, size), 0);
	ret = drm_ioctl(&client->file, cmd, client->user);
	KUNIT_ASSERT_EQ(test, copy_from_user(arg, uarg, size), 0);

	return ret;
}

static int client_cap(struct mock_client *client, u64 cap, u64 value)
{
	struct drm_set_client_cap arg = { cap, value };

	return client_ioctl(client, DRM_IOCTL_SET_CLIENT_CAP, &arg);
}

/* Opens the device as its first user, who is its master. */
static struct mock_client *client_open(struct mock_device *mock)
{
	struct kunit *test = mock->test;
	struct mock_client *client;

	KUNIT_ASSERT_EQ(test, drm_dev_register(mock->drm, 0), 0);

	client = kunit_kzalloc(test, sizeof(*client), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, client);
	client->mock = mock;
	client->user = kunit_vm_mmap(test, NULL, 0, 2 * USER_PAGE,
				     PROT_READ | PROT_WRITE,
				     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, client->user, 0);
	KUNIT_ASSERT_LT(test, client->user, (unsigned long)TASK_SIZE);

	client->inode.i_rdev = MKDEV(DRM_MAJOR, mock->drm->primary->index);
	client->file.f_op = mock->drm->driver->fops;
	client->file.f_flags = O_RDWR;
	KUNIT_ASSERT_EQ(test, drm_open(&client->inode, &client->file), 0);

	return client;
}

static struct mock_client *client_open_atomic(struct mock_device *mock)
{
	struct mock_client *client = client_open(mock);

	KUNIT_EXPECT_EQ(mock->test, client_cap(client, DRM_CLIENT_CAP_ATOMIC, 1), 0);
	KUNIT_EXPECT_EQ(mock->test,
			client_cap(client, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1), 0);

	return client;
}

/* Opening has attached memory to the thread, which nobody else takes back. */
static void detach_memory(void)
{
	struct mm_struct *mm = current->mm;

	kthread_unuse_mm(mm);
	mmput(mm);
}

static void client_close(struct mock_client *client)
{
	detach_memory();
	drm_release(&client->inode, &client->file);
	drm_dev_unregister(client->mock->drm);
}

/*
 * The cap
 */

static unsigned int count_connectors(struct mock_client *client)
{
	struct drm_mode_card_res res = {};

	KUNIT_EXPECT_EQ(client->mock->test,
			client_ioctl(client, DRM_IOCTL_MODE_GETRESOURCES, &res), 0);

	return res.count_connectors;
}

/* Test that writeback connectors are listed for clients that ask for them. */
static void drm_test_writeback_cap(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open_atomic(mock);

	KUNIT_EXPECT_EQ(test, count_connectors(client), 3);
	client_close(client);
}

/* Test that an atomic client that does not sees the display only. */
static void drm_test_writeback_cap_unset(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open(mock);

	KUNIT_EXPECT_EQ(test, client_cap(client, DRM_CLIENT_CAP_ATOMIC, 1), 0);
	KUNIT_EXPECT_EQ(test, count_connectors(client), 1);
	client_close(client);
}

/* Test that a client that is not atomic cannot ask. */
static void drm_test_writeback_cap_legacy(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open(mock);

	KUNIT_EXPECT_EQ(test, client_cap(client, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, count_connectors(client), 1);
	client_close(client);
}

/*
 * The properties
 */

/* Returns the value that a client reads, or that for a missing property. */
static u64 read_property(struct mock_client *client, struct drm_property *prop)
{
	struct drm_mode_obj_get_properties arg = {
		.props_ptr = client->user + USER_PAGE,
		.prop_values_ptr = client->user + USER_PAGE + 1024,
		.count_props = 64,
		.obj_id = client->mock->wb[0].base.base.base.id,
		.obj_type = DRM_MODE_OBJECT_CONNECTOR,
	};
	struct kunit *test = client->mock->test;
	u64 __user *values;
	u32 __user *ids;
	u64 i, value;
	u32 id;

	KUNIT_EXPECT_EQ(test, client_ioctl(client, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &arg), 0);
	ids = u64_to_user_ptr(arg.props_ptr);
	values = u64_to_user_ptr(arg.prop_values_ptr);
	for (i = 0; i < arg.count_props; i++) {
		KUNIT_EXPECT_EQ(test, get_user(id, ids + i), 0);
		KUNIT_EXPECT_EQ(test, get_user(value, values + i), 0);
		if (id == prop->base.id)
			return value;
	}

	return U64_MAX;
}

/* Test that both properties read 0, whatever is being written. */
static void drm_test_writeback_read(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_mode_config *config = &mock->drm->mode_config;
	struct mock_client *client = client_open_atomic(mock);

	mock_on(mock);
	mock_write(mock);
	mock->wb[0].answer_ms = 1;
	mock_write_nonblock(mock);
	KUNIT_EXPECT_NOT_NULL(test, mock->wb[0].base.base.state->writeback_job);

	KUNIT_EXPECT_EQ(test, read_property(client, config->writeback_fb_id_property), 0);
	KUNIT_EXPECT_EQ(test, read_property(client, config->writeback_out_fence_ptr_property), 0);
	mock_answer(&mock->wb[0], 0);
	client_close(client);
}

/* The properties of an atomic commit, for one object after the other. */
struct mock_props {
	struct mock_client *client;
	unsigned int count;
	u32 objs[MAX_PROPS], one[MAX_PROPS], props[MAX_PROPS];
	u64 values[MAX_PROPS];
	u32 fb_id;
};

static void add_prop(struct mock_props *props, struct drm_mode_object *obj,
		     struct drm_property *prop, u64 value)
{
	unsigned int i = props->count++;

	props->objs[i] = obj->id;
	props->one[i] = 1;
	props->props[i] = prop->base.id;
	props->values[i] = value;
}

/* Where the fence goes. */
static s32 __user *fence_ptr(struct mock_client *client)
{
	return (s32 __user *)(client->user + 2 * USER_PAGE - sizeof(s32));
}

static int commit_props(struct mock_props *props, u32 flags)
{
	struct mock_client *client = props->client;
	struct kunit *test = client->mock->test;
	unsigned long user = client->user + USER_PAGE;
	struct drm_mode_atomic arg = {
		.flags = flags,
		.count_objs = props->count,
		.objs_ptr = user,
		.count_props_ptr = user + sizeof(props->objs),
		.props_ptr = user + 2 * sizeof(props->objs),
		.prop_values_ptr = user + 4 * sizeof(props->objs),
	};

	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(arg.objs_ptr), props->objs,
					   sizeof(props->objs)), 0);
	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(arg.count_props_ptr), props->one,
					   sizeof(props->one)), 0);
	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(arg.props_ptr), props->props,
					   sizeof(props->props)), 0);
	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(arg.prop_values_ptr), props->values,
					   sizeof(props->values)), 0);

	return client_ioctl(client, DRM_IOCTL_MODE_ATOMIC, &arg);
}

/* The steps of a commit; each is a property. */
static void set_crtc(struct mock_props *props)
{
	struct mock_device *mock = props->client->mock;

	add_prop(props, &mock->wb[0].base.base.base,
		 mock->drm->mode_config.prop_crtc_id, mock->crtc[0]->base.id);
}

static void set_fb_value(struct mock_props *props, u64 value)
{
	struct mock_device *mock = props->client->mock;

	add_prop(props, &mock->wb[0].base.base.base,
		 mock->drm->mode_config.writeback_fb_id_property, value);
}

static void set_fb(struct mock_props *props)
{
	set_fb_value(props, props->fb_id);
}

static void set_no_fb(struct mock_props *props)
{
	set_fb_value(props, 0);
}

static void set_no_such_fb(struct mock_props *props)
{
	set_fb_value(props, props->client->mock->crtc[0]->base.id);
}

/* One that is, but for bits that an id does not have. */
static void set_long_fb(struct mock_props *props)
{
	set_fb_value(props, props->fb_id | BIT_ULL(32));
}

static void set_fence_value(struct mock_props *props, u64 value)
{
	struct mock_device *mock = props->client->mock;

	add_prop(props, &mock->wb[0].base.base.base,
		 mock->drm->mode_config.writeback_out_fence_ptr_property, value);
}

static void set_fence(struct mock_props *props)
{
	set_fence_value(props, (unsigned long)fence_ptr(props->client));
}

static void set_no_fence(struct mock_props *props)
{
	set_fence_value(props, 0);
}

/* An address that is not mapped. */
static void set_bad_fence(struct mock_props *props)
{
	set_fence_value(props, 8);
}

struct props_case {
	void (*steps[5])(struct mock_props *props);
	const char *name;
	int result;
	/* There is a fence afterwards. */
	bool fence;
};

static const struct props_case props_cases[] = {
	{ { set_crtc, set_fb, set_fence },
	  "picture", 0, true },
	{ { set_fence, set_fb, set_crtc },
	  "fence_first", 0, true },
	{ { set_fb, set_crtc, set_fence },
	  "fb_before_CRTC", 0, true },
	{ { set_crtc, set_fb, set_fb, set_fence },
	  "fb_twice", 0, true },
	{ { set_crtc, set_fb, set_fence, set_fence },
	  "fence_twice", 0, true },
	{ { set_crtc, set_no_fb, set_fence, set_fb },
	  "fb_again", 0, true },
	{ { set_crtc, set_fb },
	  "no_fence", 0 },
	{ { set_crtc, set_fb, set_fence, set_no_fence },
	  "fence_withdrawn", 0 },
	{ { set_crtc, set_no_fb, set_no_fence },
	  "both_0", 0 },
	{ { set_no_fb },
	  "fb_0", 0 },
	{ { set_fence },
	  "fence_alone", -EINVAL },
	{ { set_crtc, set_fence },
	  "fence_without_fb", -EINVAL },
	{ { set_crtc, set_no_fb, set_fence },
	  "fence_with_fb_0", -EINVAL },
	{ { set_crtc, set_fb, set_fence, set_no_fb },
	  "fb_withdrawn", -EINVAL },
	{ { set_crtc, set_no_such_fb, set_fence },
	  "no_such_fb", -EINVAL },
	{ { set_crtc, set_long_fb, set_fence },
	  "long_fb", -EINVAL },
	{ { set_crtc, set_fb, set_bad_fence },
	  "bad_address", -EFAULT },
};

KUNIT_ARRAY_PARAM_DESC(props, props_cases, name);

/* Returns what is where the fence was to go. */
static s32 run_props(struct kunit *test, u32 flags)
{
	const struct props_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open_atomic(mock);
	struct drm_framebuffer *fb = mock_fb(mock);
	struct mock_props props = { .client = client, .fb_id = fb->base.id };
	unsigned int i;
	s32 fd;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	KUNIT_ASSERT_EQ(test, put_user(-1, fence_ptr(client)), 0);
	for (i = 0; i < ARRAY_SIZE(param->steps) && param->steps[i]; i++)
		param->steps[i](&props);

	KUNIT_EXPECT_EQ(test, commit_props(&props, flags), param->result);
	KUNIT_ASSERT_EQ(test, get_user(fd, fence_ptr(client)), 0);
	/* The close would cancel what is not finished. */
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], mock->wb[0].prepared));
	client_close(client);
	drm_framebuffer_put(fb);

	return fd;
}

/* Test that a commit is judged by what it sets last, in whatever order. */
static void drm_test_writeback_atomic(struct kunit *test)
{
	const struct props_case *param = test->param_value;
	struct dma_fence *fence;
	s32 fd = run_props(test, 0);

	KUNIT_EXPECT_EQ(test, fd >= 0, param->fence);
	if (fd < 0) {
		KUNIT_EXPECT_EQ(test, fd, -1);
		return;
	}

	fence = sync_file_get_fence(fd);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
	dma_fence_put(fence);
	close_fd(fd);
}

/* Test that a test-only commit has the same result, and leaves no fence. */
static void drm_test_writeback_atomic_test_only(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	KUNIT_EXPECT_EQ(test, run_props(test, DRM_MODE_ATOMIC_TEST_ONLY), -1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 0);
}

/*
 * Leases
 */

static void lease(struct mock_client *client, struct drm_mode_object *obj)
{
	struct drm_file *file = client->file.private_data;

	KUNIT_ASSERT_EQ(client->mock->test,
			idr_alloc(&file->master->leases, obj, obj->id,
				  obj->id + 1, GFP_KERNEL), obj->id);
}

/* The client, until now the master, has nothing but what it gets from @lessor. */
static void begin_leases(struct mock_client *client, struct drm_master *lessor)
{
	struct drm_file *file = client->file.private_data;

	file->master->lessor = lessor;
	client->mock->drm->master = lessor;
}

static void end_leases(struct mock_client *client)
{
	struct drm_file *file = client->file.private_data;
	struct drm_master *master = file->master;

	client->mock->drm->master = master;
	master->lessor = NULL;
	idr_destroy(&master->leases);
	idr_init(&master->leases);
}

/* Test that a lessee cannot look at a CRTC where its lessor has left a connector. */
static void drm_test_writeback_lease(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open_atomic(mock);
	struct drm_framebuffer *fb = mock_fb(mock);
	struct mock_props props = { .client = client, .fb_id = fb->base.id };
	struct drm_master lessor = {};

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	begin_leases(client, &lessor);
	lease(client, &mock->wb[0].base.base.base);
	lease(client, &mock->crtc[1]->base);
	set_fb(&props);
	KUNIT_EXPECT_EQ(test, commit_props(&props, DRM_MODE_ATOMIC_TEST_ONLY), -EACCES);
	KUNIT_EXPECT_EQ(test, commit_props(&props, 0), -EACCES);
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 0);

	lease(client, &mock->crtc[0]->base);
	KUNIT_EXPECT_EQ(test, commit_props(&props, 0), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, 1);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));

	end_leases(client);
	client_close(client);
	drm_framebuffer_put(fb);
}

/*
 * Framebuffers in formats that a plane does not have
 */

static void free_object(struct drm_gem_object *obj)
{
	drm_gem_object_release(obj);
	kfree(obj);
}

static const struct drm_gem_object_funcs object_funcs = {
	.free = free_object,
};

/* Returns the handle of an object that is large enough, without memory. */
static u32 create_object(struct mock_client *client)
{
	struct mock_device *mock = client->mock;
	struct drm_gem_object *obj;
	u32 handle;

	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(mock->test, obj);
	obj->funcs = &object_funcs;
	drm_gem_private_object_init(mock->drm, obj, SZ_4M);
	KUNIT_EXPECT_EQ(mock->test,
			drm_gem_handle_create(client->file.private_data, obj, &handle), 0);
	drm_gem_object_put(obj);

	return handle;
}

static int add_fb(struct mock_client *client, u32 format, u64 modifier, u32 *id)
{
	const struct drm_display_mode *mode = client->mock->mode;
	const struct drm_format_info *info = drm_format_info(format);
	struct drm_mode_fb_cmd2 cmd = {
		.width = mode->hdisplay,
		.height = mode->vdisplay,
		.pixel_format = format,
		.flags = DRM_MODE_FB_MODIFIERS,
	};
	u32 handle = create_object(client);
	unsigned int i;
	int ret;

	for (i = 0; i < info->num_planes; i++) {
		cmd.handles[i] = handle;
		cmd.pitches[i] = drm_format_info_min_pitch(info, i, mode->hdisplay);
		cmd.modifier[i] = modifier;
	}
	ret = client_ioctl(client, DRM_IOCTL_MODE_ADDFB2, &cmd);
	*id = cmd.fb_id;

	return ret;
}

/* Would the first plane show the framebuffer? */
static int test_plane(struct mock_client *client, u32 fb_id)
{
	struct mock_device *mock = client->mock;
	struct drm_mode_config *config = &mock->drm->mode_config;
	struct mock_props props = { .client = client };

	add_prop(&props, &mock->plane[0]->base, config->prop_crtc_id,
		 mock->crtc[0]->base.id);
	add_prop(&props, &mock->plane[0]->base, config->prop_fb_id, fb_id);

	return commit_props(&props, DRM_MODE_ATOMIC_TEST_ONLY);
}

/* Test that one which only writeback connectors have is for those alone. */
static void drm_test_writeback_addfb(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open_atomic(mock);
	struct mock_props write = { .client = client };
	u32 shown;

	KUNIT_EXPECT_FALSE(test, drm_any_plane_has_format(mock->drm, DRM_FORMAT_NV12,
							  DRM_FORMAT_MOD_LINEAR));
	KUNIT_EXPECT_EQ(test, add_fb(client, DRM_FORMAT_NV12,
				     DRM_FORMAT_MOD_LINEAR, &write.fb_id), 0);
	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	set_crtc(&write);
	set_fb(&write);
	KUNIT_EXPECT_EQ(test, commit_props(&write, 0), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, 1);

	KUNIT_EXPECT_EQ(test, add_fb(client, DRM_FORMAT_XRGB8888,
				     DRM_FORMAT_MOD_LINEAR, &shown), 0);
	KUNIT_EXPECT_EQ(test, test_plane(client, shown), 0);
	KUNIT_EXPECT_EQ(test, test_plane(client, write.fb_id), -EINVAL);
	client_close(client);
}

/* Test that the same needs a linear layout. */
static void drm_test_writeback_addfb_modifier(struct kunit *test)
{
	struct mock_client *client = client_open(test->priv);
	u32 id;

	KUNIT_EXPECT_EQ(test, add_fb(client, DRM_FORMAT_NV12,
				     DRM_FORMAT_MOD_VIVANTE_TILED, &id), -EINVAL);
	client_close(client);
}

/* Test that one which nobody has is refused. */
static void drm_test_writeback_addfb_format(struct kunit *test)
{
	struct mock_client *client = client_open(test->priv);
	u32 id;

	KUNIT_EXPECT_EQ(test, add_fb(client, DRM_FORMAT_NV21,
				     DRM_FORMAT_MOD_LINEAR, &id), -EINVAL);
	client_close(client);
}

/*
 * Legacy power management
 */

static int set_dpms(struct mock_client *client, struct drm_connector *connector,
		    u64 value)
{
	struct drm_mode_obj_set_property arg = {
		.value = value,
		.prop_id = client->mock->drm->mode_config.dpms_property->base.id,
		.obj_id = connector->base.id,
		.obj_type = DRM_MODE_OBJECT_CONNECTOR,
	};

	return client_ioctl(client, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &arg);
}

/* Test that a CRTC goes off with its display, though it feeds a writeback too. */
static void drm_test_writeback_dpms(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open(mock);
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->display, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_EQ(test, set_dpms(client, &mock->display, DRM_MODE_DPMS_OFF), 0);
	KUNIT_EXPECT_FALSE(test, mock->crtc[0]->state->active);
	KUNIT_EXPECT_EQ(test, set_dpms(client, &mock->display, DRM_MODE_DPMS_ON), 0);
	KUNIT_EXPECT_TRUE(test, mock->crtc[0]->state->active);
	client_close(client);
}

/* Test that the writeback connector does not switch off the display. */
static void drm_test_writeback_dpms_display(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open(mock);
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->display, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_EQ(test, set_dpms(client, &mock->wb[0].base.base, DRM_MODE_DPMS_OFF), 0);
	KUNIT_EXPECT_TRUE(test, mock->crtc[0]->state->active);
	client_close(client);
}

/* Test that it decides when there is no display. */
static void drm_test_writeback_dpms_alone(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_client *client = client_open(mock);

	mock_on(mock);

	KUNIT_EXPECT_EQ(test, set_dpms(client, &mock->wb[0].base.base, DRM_MODE_DPMS_OFF), 0);
	KUNIT_EXPECT_FALSE(test, mock->crtc[0]->state->active);
	KUNIT_EXPECT_EQ(test, set_dpms(client, &mock->wb[0].base.base, DRM_MODE_DPMS_ON), 0);
	KUNIT_EXPECT_TRUE(test, mock->crtc[0]->state->active);
	client_close(client);
}

static struct kunit_case drm_writeback_ioctl_tests[] = {
	KUNIT_CASE(drm_test_writeback_cap),
	KUNIT_CASE(drm_test_writeback_cap_unset),
	KUNIT_CASE(drm_test_writeback_cap_legacy),
	KUNIT_CASE(drm_test_writeback_read),
	KUNIT_CASE_PARAM(drm_test_writeback_atomic, props_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_atomic_test_only, props_gen_params),
	KUNIT_CASE(drm_test_writeback_lease),
	KUNIT_CASE(drm_test_writeback_addfb),
	KUNIT_CASE(drm_test_writeback_addfb_modifier),
	KUNIT_CASE(drm_test_writeback_addfb_format),
	KUNIT_CASE(drm_test_writeback_dpms),
	KUNIT_CASE(drm_test_writeback_dpms_display),
	KUNIT_CASE(drm_test_writeback_dpms_alone),
	{}
};

static struct kunit_suite drm_writeback_ioctl_test_suite = {
	.name = "drm_writeback_ioctl",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_ioctl_tests,
};

kunit_test_suite(drm_writeback_ioctl_test_suite);
