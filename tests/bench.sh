#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/bench and its table: who is booted when, what is made of the numbers, and
# that a boot that fails is told and does not end the run.
#
# Usage: bench.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-bench
rm -rf "$dir"
mkdir -p "$dir"

# A boot whose numbers depend on the kernel, and on how many there were before.
cat >"$dir/boot" <<'END'
#!/bin/sh
log=$4 kernel=$5
shift 5
echo "$kernel" "$@" >>"$DIR/boots"
: >"$log"
round=$(grep -c "^$kernel " "$DIR/boots")
[ ! -e "$DIR/broken" ] || [ "$kernel $round" != "build/uml-bench 2" ] || exit 126
[ ! -e "$DIR/silent" ] || exit 0
case $kernel in
*base*) faster=100 same=100 queue=10 ;;
*notrace) faster=50 same=$((98 + round)) queue=10 ;;
*) faster=50 same=$((97 + 2 * round)) queue=$((10 + ADD)) ;;
esac
cat <<LINES
    # a: bench: return/fence/queued=1 ns $faster
    # a: bench: return/fence/queued=512 ns $((faster * 2))
    # a: bench: return/plain/queued=1 ns $same.25
    # a: bench: queue/plain/queued=1 ns $queue
    # a: bench: life/plain ns $same
bench: frames/640x480 fps $faster
bench: frames-a-vblank/640x480 frames 0.$same
bench: lost/640x480 % 0
LINES
END
chmod +x "$dir/boot"
export BOOT="$dir/boot" RESULTS="$dir/run" DIR="$dir" ADD=5

runs() {	# STATUS OPTION...
	wanted=$1
	shift
	rm -f "$dir/boots"
	scripts/bench --built --rounds 3 "$@" >"$dir/table" 2>"$dir/err"
	[ $? = "$wanted" ] || { cat "$dir/table" "$dir/err"; false; }
}
shows() {
	tr -s ' ' <"$dir/table" | grep -qE -- "$1" || { cat "$dir/table"; false; }
}
shows_not() {
	! tr -s ' ' <"$dir/table" | grep -E -- "$1"
}
says() {
	grep -qE -- "$1" "$dir/err" || { cat "$dir/err"; false; }
}
boots() {	# the kernels, in order
	[ "$(sed 's, .*,,; s,^build/,,' "$dir/boots" | tr '\n' ' ')" = "$1 " ] ||
		{ cat "$dir/boots"; false; }
}

check "three rounds" runs 0 return queue
check "... that begin with another kernel" boots \
	"base/uml-bench uml-bench uml-bench base/uml-bench base/uml-bench uml-bench"
check "... with as many samples as are asked for" grep -q KUNIT_PARAMETERS=samples=1000 "$dir/boots"
check "... and their progress" says "round 2 of 3: .* to go"
check "twice as fast" shows '^ return/fence/queued=1 ns 100 100 to 100 50 50 to 50 0\.50 0\.50 to 0\.50$'
check "a range that covers 1" shows '^ return/plain/queued=1 ns 100 100 to 100 101 99\.2 to 103 1\.01 .* no difference$'
check "how much more the last is" shows '^ return/fence/queued=1 return/fence/queued=512 2\.00 2\.00$'
check "... is too much" shows '^ return/fence/queued=512 2\.00 for 1 of return/fence/queued=1, not 1\.1$'
check "what is as it should be is not told again" shows_not '^ return/fence/queued=1 0\.50 for'
check "what is not, is" shows '^ return/plain/queued=1 1\.01 for 1 of the base, not 0\.7$'
check "nanoseconds that do not matter" shows_not '^ queue/plain/queued=1 5 more'
check "figures that are not wanted are not there" shows_not lost
numbers() {
	python3 -c 'import json, sys; sys.exit(len(json.load(open(sys.argv[1]))) != 24)' "$dir/run/results.json"
}
check "all numbers are kept" numbers
export ADD=300
check "queue_job() that takes longer" runs 0 --samples 7 'queue/plain/*'
check "... than it may" shows '^ queue/plain/queued=1 300 more, not 200$'
check "one test of the module" grep -q -- "samples=7 .* --test drm_bench_writeback_steps drm_writeback_bench" "$dir/boots"
check "the program" runs 0 frames lost frames-a-vblank
check "... alone" boots "base/uml-bench uml-bench uml-bench base/uml-bench base/uml-bench uml-bench"
check "fewer frames than there should be" shows '^ frames/640x480 2\.00 for 1 of the base, not 1\.05$'
check "tracepoints" runs 0 tracepoints
check "... against ours without" shows '^ tracepoints/life/plain ns 100 99 to 101 101 99 to 103 .* no difference$'
check "... and the base is not needed" boots \
	"uml-bench uml-notrace uml-notrace uml-bench uml-bench uml-notrace"

touch "$dir/broken"
check "a boot that fails" runs 1 return
check "... is told" says 'round 2, ours: .* failed with status 126, see .*steps-ours-2.out'
check "... and the others are in the table" shows '^ return/fence/queued=1 ns 100 .* 0\.50 0\.50 to 0\.50$'
rm "$dir/broken"
touch "$dir/silent"
check "a boot that measures nothing" runs 1 return
rm "$dir/silent"

check "--list" scripts/bench --list
check "--help" scripts/bench --help
refuses "no such figure" "no such figure; there are queue" scripts/bench nothing
refuses "no rounds" "a number above 0" scripts/bench --rounds 0
finish
