#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A full disk, while a kernel is built and while pictures are written: a message
# that says so, and the next run is fine. Needs build/uml-plain and root.
#
# Usage: disk.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-disk
umount "$dir/small" 2>/dev/null
rm -rf "$dir"
mkdir -p "$dir/small"

[ "$(id -u)" = 0 ] && mount -t tmpfs -o size=128k none "$dir/small" 2>/dev/null || {
	skip "a full disk" "needs root, to mount a small file system"
	finish
	exit
}

kernel_on() {	# SIZE
	mount -o "remount,size=$1" "$dir/small"
	scripts/kernel uml-plain build/linux "$dir/small/out"
}

capture() {	# SIZE
	printf 'mount -t tmpfs -o size=%s none /mnt || exit 99\n. scripts/guest/card\n' "$1"
	printf 'load_card vkms && build/tools/wbcapture --quiet --frames 2 -o /mnt\n'
}

guest() {	# SIZE
	capture "$1" >"$dir/job"
	scripts/boot --log "$dir/log" build/uml-plain "$dir/job"
}

refuses "no room to configure a kernel" "the disk is full" kernel_on 128k
tap_lines=20
refuses "no room to build it" "the disk is full" kernel_on 3m
umount "$dir/small"

make -s -C tools/drm O="$PWD/build/tools" >/dev/null
refuses "no room for a picture" "No space left on device" guest 8k
check "... and with room there is one" guest 64m
rm -rf "$dir"
finish
