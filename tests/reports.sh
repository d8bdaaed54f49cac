#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/reports: what counts as an error of the kernel, and that an entry of
# scripts/reports.harmless excuses the report it was made for, and no other.
#
# Usage: reports.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-reports
rm -rf "$dir"
mkdir -p "$dir"

log=tests/reports/harmless.log
leaks=tests/reports/harmless.leaks
list=scripts/reports.harmless

found() {	# LINE: a log with this line has a report, and it is shown
	printf '[    1.000000] %s\n' "$1" >"$dir/log"
	scripts/reports "$dir/log" >"$dir/out" && return 1
	grep -qxF -- "$1" "$dir/out"
}

# what an entry excuses is reported when the entry is not in the list
needed() {	# ENTRY
	grep -vxF -- "$1" $list >"$dir/list"
	! HARMLESS=$dir/list scripts/reports $log $leaks >/dev/null
}

# the reports are no longer excused when this text in them is another
exact() {	# FROM TO
	sed "s,$1,$2,g" $log >"$dir/log"
	sed "s,$1,$2,g" $leaks >"$dir/leaks"
	! cmp -s $log "$dir/log" || ! cmp -s $leaks "$dir/leaks" || return 1
	! scripts/reports "$dir/log" "$dir/leaks" >/dev/null
}

explained() {	# ENTRY: a comment stands above it
	grep -B1 -xF -- "$1" $list | head -n 1 | grep -q '^# .*\.$'
}

while read -r line; do
	check "an error: $line" found "$line"
done <tests/reports/harmful.log

printf '[    0.000000] Linux version 6.12\n[    1.0] [drm] Initialized vkms\n' >"$dir/clean"
check "no error in a clean log" scripts/reports "$dir/clean"
check "no error where there is no log of leaks" scripts/reports "$dir/clean" "$dir/none"
check "a leak is an error" sh -c "! scripts/reports $dir/clean tests/reports/harmful.leaks"

check "what the list excuses" scripts/reports $log $leaks
grep -v '^\(#\|$\)' $list >"$dir/entries"
while read -r entry; do
	check "needed: $entry" needed "$entry"
	check "... and explained" explained "$entry"
done <"$dir/entries"

# 1. the same function, but called by another; another function; a longer line
check "not excused: drm_rect called by another" exact drm_rect_test vkms
check "not excused: another warning of drm_rect" exact _hscale _size
check "not excused: shmem called by another" exact drm_gem_shmem_test vkms
check "not excused: another warning of shmem" exact gem_shmem_vmap gem_shmem_pin
check "not excused: locks of another" exact drm_kunit_helper_acquire_ctx_alloc drm_mode_atomic_ioctl
check "not excused: lockdep off after another test" exact drm_hdmi_state_helper_test drm_connector_test
check "not excused: lockdep off after more tests" exact '\(kunit\) drm_hdmi' '\1 drm_rect_test drm_hdmi'
check "not excused: another leak" exact drm_analog_tv_mode drm_mode_create
check "not excused: a leak of another" exact kunit_try_catch wbcapture
check "not excused: a longer line" exact 'drm_kms_helper\]' 'drm_kms_helper] and more'

finish
