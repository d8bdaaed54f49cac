#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The debug kernel sees faults of each kind, and scripts/boot fails for them.
# Needs build/uml-debug.
#
# Usage: boot-debug.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-boot-debug
rm -rf "$dir"
mkdir -p "$dir"

ends() {	# STATUS SCRIPT
	printf '%s\n' "$2" >"$dir/job.sh"
	scripts/boot --log "$dir/log" build/uml-debug "$dir/job.sh" \
		>"$dir/out" 2>"$dir/err" && status=0 || status=$?
	[ $status = "$1" ] || { echo "status $status"; cat "$dir/err"; false; }
}

sees() {	# TEXT SCRIPT
	ends 125 "$2" && { grep -F "$1" "$dir/err" || { cat "$dir/err"; false; }; }
}

crash() {
	echo "load lkdtm; echo $1 >/sys/kernel/debug/provoke-crash/DIRECT"
}

check "a script without a fault ends well" ends 0 "load vkms; rmmod vkms"
check "a leak" sees "unreferenced object" "load kmemleak-test"
check "use after free" sees "BUG: KASAN: slab-use-after-free" "$(crash READ_AFTER_FREE)"
check "a write out of bounds" sees "BUG: KASAN" "$(crash VMALLOC_LINEAR_OVERFLOW)"
check "an index out of bounds" sees "UBSAN: array-index-out-of-bounds" "$(crash ARRAY_BOUNDS)"
check "a broken list" sees "list_add corruption" "$(crash CORRUPT_LIST_ADD)"
check "failslab is there" ends 0 "test -d /sys/kernel/debug/failslab"
check "lockdep is on" ends 0 "grep '^ debug_locks: *1$' /proc/lockdep_stats"
check "lockdep that was switched off" sees "boot: lockdep is off after:" \
	"load drm_hdmi_state_helper_test"
check "... is excused where the test has a boot of its own" \
	scripts/boot --log "$dir/log" build/uml-debug scripts/guest/kunit drm_hdmi_state_helper_test
finish
