#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# How much a build does again: nothing when nothing has changed, one module when
# a file of it has. Needs build/uml-plain.
#
# Usage: rebuild.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

out=$PWD/build/uml-plain
file=build/linux/drivers/gpu/drm/drm_writeback.c

# the kernel is built, and make has taken from MIN to MAX steps, all but those
# that it takes each time, and none of them is another file's compilation
builds() {	# MIN MAX
	rm -f build/log/kernel-uml-plain.log
	scripts/kernel uml-plain || return
	steps=$(sed -En '/^  (CC|AR|LD|MODPOST)\>/p' build/log/kernel-uml-plain.log 2>/dev/null)
	count=$(printf '%s' "$steps" | grep -c . || :)
	[ "$count" -ge "$1" ] && [ "$count" -le "$2" ] && ! printf '%s\n' "$steps" |
		grep '^  CC ' | grep -v '\(drm_writeback\|\.mod\|version\|version-timestamp\)\.o$' ||
		{ echo "$count steps: $steps"; false; }
}

same_capture_tool() {
	make -C tools/drm O="$PWD/build/tools" >build/log/rebuild.log &&
		! grep -E '^ *(CC|gcc|cc) ' build/log/rebuild.log
}

[ -e "$out/built" ] || {
	skip "what is built again" "build/uml-plain is not built"
	finish
	exit
}
scripts/kernel uml-plain 2>/dev/null
make -s -C tools/drm O="$PWD/build/tools"
check "nothing has changed: the kernel is not built" builds 0 0
check "... nor is the capture tool" same_capture_tool

# As if edited: its date goes back at the end, so that no other kernel is built.
touch -r $file build/log/rebuild.date
touch $file
check "one file was edited: it is compiled, and its module linked" builds 3 20
touch -r build/log/rebuild.date $file
check "... once" builds 0 0
finish
