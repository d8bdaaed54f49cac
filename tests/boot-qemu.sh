#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Board qemu: what scripts/boot promises holds there too, and the kernel sees
# faults. Needs build/qemu-debug.
#
# Usage: boot-qemu.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-boot-qemu
rm -rf "$dir"
mkdir -p "$dir"

ends() {	# STATUS SCRIPT [OPTION...]
	wanted=$1
	printf '%s\n' "$2" >"$dir/job.sh"
	shift 2
	scripts/boot --log "$dir/log" "$@" build/qemu-debug "$dir/job.sh" \
		>"$dir/out" 2>"$dir/err" && status=0 || status=$?
	[ $status = "$wanted" ] || { echo "status $status"; cat "$dir/err"; false; }
}

says() {	# FILE TEXT
	grep -qF -- "$2" "$dir/$1" || { echo "$1 does not say: $2"; tail "$dir/$1"; false; }
}

in_order() {
	seq 20000 >"$dir/wanted"
	head -n 20000 "$dir/out" | cmp - "$dir/wanted"
}

crash() {
	echo "load lkdtm; echo $1 >/sys/kernel/debug/provoke-crash/DIRECT"
}

# One boot for all that a sound guest can show: it says so in lines.
cat >"$dir/look" <<-END
	seq 20000
	echo "cpus: \$(nproc)"
	touch $PWD/README.new 2>/dev/null && echo "writes to the host"
	echo written >$dir/by-guest
	grep '^ debug_locks: *1\$' /proc/lockdep_stats
	test -c /dev/tty1 && echo "a VT"
	load vkms enable_writeback=1
	ls /dev/dri/card0
	rmmod vkms
	echo core >/sys/power/pm_test
	echo 0 >/sys/module/suspend/parameters/pm_test_delay
	echo mem >/sys/power/state && head -c 5000000 /usr/bin/perl | wc -c && echo "awake again"
	exit 7
END
check "the script's status is passed on" ends 7 ". $dir/look" --timeout 300
check "every line of output arrives, in order" in_order
check "two CPUs" says out "cpus: 2"
check "the guest cannot write to the host" sh -c "! grep -F 'writes to the host' $dir/out"
check "... but to build/" says by-guest written
check "lockdep is on" says out debug_locks
check "there is a VT" says out "a VT"
check "a card" says out /dev/dri/card0
check "a suspend, after which the host's files are still there" says out "awake again"

check "a kernel that panics" ends 125 "$(crash PANIC)"
check "use after free" ends 125 "$(crash READ_AFTER_FREE)"
check "... is shown" says err "BUG: KASAN: slab-use-after-free"
finish
