#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The base's drivers with writeback compile on the series, as far as that is quick;
# `make drivers` compiles them for each architecture.
#
# Usage: drivers.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

mkdir -p build/log
scripts/drivers --quick >build/log/test-drivers 2>&1
while read -r driver arch files; do
	[ "$files" != FAILED ]
	check "$driver compiles for $arch" [ $? = 0 ]
done <build/drivers.results
check "all of them were tried" [ "$(wc -l <build/drivers.results)" = 7 ]
[ "$tap_failed" = 0 ] || tap_diag "$(cat build/log/test-drivers)"

# On a small kernel: what is wrong is found.

. tests/small-repo
. ../../tests/small-make

mkdir -p kernel/drivers/gpu/drm/vkms kernel/include/drm
core=kernel/drivers/gpu/drm/drm_writeback.c
driver=kernel/drivers/gpu/drm/vkms/vkms_writeback.c
cat >$driver <<'END'
#include <drm/drm_writeback.h>
int vkms_commit(void)
{
	return drm_writeback_queue_job();
}
END
echo 'int drm_writeback_queue_job(void);' >kernel/include/drm/drm_writeback.h
git -C kernel init -q
git -C kernel add .
git -C kernel -c user.name=K -c user.email=k@localhost commit -q -m base
compile() {
	scripts/drivers --quick --tree kernel vkms
}

echo 'EXPORT_SYMBOL(drm_writeback_queue_job);' >$core
check "a driver compiles" compile
echo 'int changed[' >$driver
check "... as the base has it, whatever became of it" compile
rm $core
touch $core
refuses "a function that is not exported" \
	"drm_writeback_queue_job is called, and not exported" compile
echo 'EXPORT_SYMBOL_GPL(drm_writeback_queue_job);' >$core
check "one that is exported to the GPL" compile
echo 'static int unused;' >>kernel/include/drm/drm_writeback.h
refuses "a warning" "include/drm/drm_writeback.h:2:12: warning:" compile
echo >kernel/include/drm/drm_writeback.h
refuses "a function that is not there" "vkms_writeback.c:4:16: warning: implicit declaration" compile
rm kernel/include/drm/drm_writeback.h
refuses "a driver that does not compile" "fatal error: drm/drm_writeback.h" compile
refuses "a driver that is not there" "none: no such driver; there are vkms," scripts/drivers none
finish
