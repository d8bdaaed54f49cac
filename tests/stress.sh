#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/stress: which parts it finds and takes, and that a part which fails, or
# a mutant that nobody notices, is a failure of the whole.
#
# Usage: stress.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

# A repository of its own, whose commands only tell how they were called.
dir=$PWD/build/test-stress
rm -rf "$dir"
mkdir -p "$dir/scripts/guest" "$dir/configs" "$dir/tools/testing/selftests/drm"
cp scripts/stress scripts/groups.sh scripts/lib.sh scripts/tap "$dir/scripts"

stub() {	# NAME BODY
	printf '#!/bin/sh\n%s\n' "$2" >"$dir/scripts/$1"
	chmod +x "$dir/scripts/$1"
}
stub packages :
stub kernel 'mkdir -p build/$1; touch build/$1/built'
stub mutants '[ ! -e green ] && echo "ok 1 - m: noticed" || echo "not ok 1 - m: t did not notice"; echo 1..1'
stub boot 'shift 4; echo "$@" >>boots; [ ! -e hang ] || exit 124; echo "ok 1 - a"; echo 1..1'
printf 'all:\n' >"$dir/tools/testing/selftests/drm/Makefile"
echo CONFIG_DRM_MALI_DISPLAY_MODEL=m >"$dir/configs/uml.config"
: >"$dir/configs/qemu.config"
: >"$dir/configs/uml-debug.config"
: >"$dir/configs/qemu-debug.config"
for test in storm_new random picture; do
	: >"$dir/tools/testing/selftests/drm/writeback_$test.c"
done
echo 'getenv("WRITEBACK_LONG")' >"$dir/tools/testing/selftests/drm/malidp_late.c"
echo 'getenv("WRITEBACK_LONG")' >"$dir/tools/testing/selftests/drm/writeback_overlap.c"

runs() {	# STATUS LINE [PART...]: ends with them
	wanted=$1 line=$2
	shift 2
	rm -f "$dir/boots"
	"$dir/scripts/stress" "$@" >"$dir/out" 2>"$dir/err"
	[ $? = "$wanted" ] && [ "$(tail -n 1 "$dir/out")" = "$line" ] ||
		{ cat "$dir/out" "$dir/err"; false; }
}
booted() {	# PATTERN
	grep -qE -- "$1" "$dir/boots" || { cat "$dir/boots"; false; }
}
booted_not() {
	! grep -E -- "$1" "$dir/boots"
}
lists() {
	"$dir/scripts/stress" --help | tr -s ' ' | grep -xF " $1"
}

check "--help lists a storm that is new" lists storm_new
check "... and the cards of a board" lists "on uml: vkms dp500 dp550 dp650"
check "all: on each card of each board" runs 0 "21 passed, 0 failed, 0 skipped"
check "... in their long version" booted '^build/uml-debug .*WRITEBACK_LONG=1 .* --card dp650 writeback_overlap$'
check "... random commits by number" booted '^build/uml-debug .*WRITEBACK_COMMITS=100000 .*_random$'
check "... fewer where they take longer" booted '^build/qemu-debug .*WRITEBACK_COMMITS=20000 .*_random$'
check "... storms of the KUnit suite" booted '^build/qemu-debug .*storm_rounds=500 .*kunit'
check "... a driver's tests on its cards only" booted_not '--card vkms malidp_late'
check "... and no test without a long version" booted_not writeback_picture
check "one part" runs 0 "1 passed, 0 failed, 0 skipped" mutants
check "one program" runs 0 "5 passed, 0 failed, 0 skipped" storm_new
check "... on one board" runs 0 "1 passed, 0 failed, 0 skipped" storm_new-qemu
check "two parts" runs 0 "2 passed, 0 failed, 0 skipped" mutants random-qemu-vkms
check "each result is shown as it comes" grep -q 'random-qemu-vkms: ok 1 - a' "$dir/err"
refuses "no such part" "no such group" "$dir/scripts/stress" nothing
touch "$dir/green"
check "a mutant that nobody notices" runs 1 "1 passed, 1 failed, 0 skipped" mutants overlap-qemu
rm "$dir/green"
touch "$dir/hang"
check "a guest that hangs" runs 1 "1 passed, 1 failed, 0 skipped" mutants overlap-qemu
finish
