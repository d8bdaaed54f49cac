#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/compare and its parts: what happened to a test, what the table shows, that
# a kernel that crashes ends neither the run nor the tests after that.
# Needs build/selftests.
#
# Usage: compare.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-compare
rm -rf "$dir"
mkdir -p "$dir"

# outcome WANTED DETAIL OUTPUT [KERNEL-LOG]: of the first test
outcome() {
	printf '# begin: f.a\n%s\n' "$3" >"$dir/out"
	printf '[    1.000000] one-by-one: f.a\n%s\n' "${4:-}" >"$dir/log"
	scripts/verdicts "$dir/out" "$dir/log" >"$dir/said"
	grep -qF "\"outcome\": \"$1\"" "$dir/said" && grep -qF "\"detail\": \"$2" "$dir/said" ||
		{ cat "$dir/said"; false; }
}

ok='ok 1 f.a
# end: 0'
not_ok='# t.c:12:a:Expected 0 (0) == ret (-22)
not ok 1 f.a
# end: 1'
slow='# a: Test terminated by timeout
not ok 1 f.a
# end: 1'
panic='RIP: 0033:sync_file_ioctl+0x636/0xc00
Kernel panic - not syncing: Kernel mode fault at addr 0x8, ip 0x6012'
kasan='BUG: KASAN: slab-use-after-free in f+0x1/0x2 [drm]'

check "passed" outcome passed "" "$ok"
check "skipped" outcome skipped "no card" 'ok 1 f.a # SKIP no card
# end: 4'
check "failed, and why" outcome failed "t.c:12:a:Expected" "$not_ok"
check "failed without a result" outcome failed "# end: 139" '# end: 139'
check "longer than the harness allows" outcome hung "" "$slow"
check "a process that cannot be killed" outcome hung "in drm_atomic_commit" \
	'# waits: drm_atomic_commit
# end: stuck'
check "a guest that says nothing more" outcome hung "" '#  RUN f.a'
check "a panic" outcome oopsed "panic: Kernel mode fault in sync_file_ioctl\"" '#  RUN f.a' "$panic"
check "... after the test has passed" outcome oopsed "panic: Kernel mode fault" "$ok" "$panic"
check "a report, though the test passed" outcome reported "KASAN: slab-use-after-free in f" \
	"$ok" "$kasan"
check "a crash counts more than what led to it" outcome oopsed \
	"panic: Kernel mode fault in sync_file_ioctl, after KASAN: slab-use-after-free in f" "$ok" "$kasan
$panic"
fork='RIP: 0033:flush_tlb_mm+0xff/0x1c0
Kernel panic - not syncing: Kernel mode fault at addr 0x40e, ip 0x6003ad1f'
check "a fork that is killed when the time is over" outcome hung "" "$slow" "$fork"
check "... but no other crash" outcome oopsed "panic: Kernel mode fault in flush_tlb_mm" "$ok" "$fork"
check "a report is the same wherever it is" outcome reported "KASAN: slab-use-after-free in f [drm]" \
	"$ok" "$kasan"
waits='[drm:f] *ERROR* commit wait timed out'
check "a commit that timed out is why a test fails" outcome failed "t.c:12" "$not_ok" "$waits"
check "... or hangs" outcome hung "" "$slow" "$waits"
check "... but not why it passes" outcome reported "[drm:f]" "$ok" "$waits"
check "what was before the test is not its own" outcome passed "" "$ok" ""

leaks() {
	printf '# begin: f.a\n%s\n# begin: f.b\n%s\n' "$ok" "$ok" >"$dir/out"
	: >"$dir/log"
	scripts/verdicts "$dir/out" "$dir/log" tests/reports/harmful.leaks >"$dir/said"
	[ "$(grep -c '"passed"' "$dir/said")" = 2 ] && grep -q '"kmemleak: 1 obj' "$dir/said"
}
check "a leak is told beside the tests" leaks

ends() {
	printf '# begin: f.a\n%s\n# begin: f.b\n%s\n' "$not_ok" "$ok" >"$dir/out"
	: >"$dir/log"
	scripts/verdicts "$dir/out" "$dir/log" >"$dir/said"
	! grep -q '"f.b"' "$dir/said"
}
check "nothing is told of the tests after a failure" ends

# The table

result() {	# KERNEL TEST OUTCOME DETAIL
	printf '{"kernel":"%s","card":"vkms","program":"p","test":"%s","outcome":"%s","detail":"%s","seconds":1},' "$@"
}

results() {	# WHAT: the results with these of ours
	{
		echo '['
		result base a oopsed "Kernel panic - not syncing: Oh"
		result base b "left out" "b is new"
		result vkms a hung ""
		result vkms b "left out" "b is new"
		result ours a passed ""
		printf '%s' "$1" | sed 's/,$//'
		echo ']'
	} >"$dir/results.json"
}

table() {	# STATUS TEXT
	scripts/compare-table "$dir/results.json" >"$dir/table"
	[ $? = "$1" ] && grep -qE -- "$2" "$dir/table" || { cat "$dir/table"; false; }
}

results "$(result ours b passed "")"
check "a panic of the base is shown, and no failure" table 0 '^vkms: p +\. +\. +\. +1 '
check "... with what the kernel said" table 0 '^ +1 x Kernel panic - not syncing: Oh'
check "... and where" table 0 '^ +vkms: p a$'
check "a test that the base cannot have is not counted" table 0 '^base: 0 of 1 passed, 1 oopsed, 1 left out'
check "... with its reason" table 0 '^ +p: b is new$'
check "ours" table 0 '^ours: 2 of 2 passed$'
results "$(result ours b failed "t.c:1")"
check "a failure of ours" table 1 '^ours: 1 of 2 passed, 1 failed$'
results "$(result ours memory reported "kmemleak: 1 objects leaked")"
check "a leak of ours" table 1 '^ours: 1 of 2 passed, 1 reported$'
printf '[%s]' "$(result base a passed "" | sed 's/,$//')" >"$dir/results.json"
check "nothing of ours" table 1 '^base: 1 of 1 passed'

# The run: a base that crashes in one test, and fails in the next

cat >"$dir/boot" <<'END'
#!/bin/sh
log=$4 kernel=$5
shift 8
: >"$log"
for test; do
	echo "[ 1.0] one-by-one: ${test#*:}" >>"$log"
	echo "# begin: ${test#*:}"
	case $kernel:$test in
	*base*:*every_format)
		echo '[ 1.1] Kernel panic - not syncing: Oh' >>"$log"
		exit 126 ;;
	*base*:*every_plane)
		printf 'not ok 1 %s\n# end: 1\n' "${test#*:}"
		sleep 60 ;;
	esac
	printf 'ok 1 %s\n# end: 0\n' "${test#*:}"
done
END
chmod +x "$dir/boot"
export BOOT="$dir/boot" RESULTS="$dir/run"

runs() {	# STATUS OPTION...
	wanted=$1
	shift
	scripts/compare --built "$@" >"$dir/table" 2>"$dir/err"
	[ $? = "$wanted" ] || { cat "$dir/table" "$dir/err"; false; }
}
shows() {
	grep -qE -- "$1" "$dir/table" || { cat "$dir/table"; false; }
}
check "a base that crashes does not fail the run" runs 0 writeback_layers
check "... and each of its tests is run" shows '^base: 1 of 3 passed, 1 failed, 1 oopsed$'
check "... on both bases" shows '^base \+ vkms patches: 1 of 3 passed, 1 failed, 1 oopsed$'
check "... and ours" shows '^ours: 3 of 3 passed$'
check "what is new is not run on a base" runs 0 --kernel base --kernel ours writeback_live
check "... and is a dash" shows '^vkms: writeback_live +- '
check "... beside what was there before" shows '^base: 1 of 3 passed, 1 failed, 1 oopsed, 3 left out'
check "no such program" runs 2 writeback_none

explained() {	# a comment before each group of entries; each names a test that is there
	awk '/^#/ { why = 1; next } /^$/ { why = 0; next } !why { bad = 1 } END { exit bad }' \
		scripts/compare.ours-only || return
	grep -v '^#\|^$' scripts/compare.ours-only | while IFS=: read -r program test; do
		[ -e "tools/testing/selftests/drm/$program.c" ] || { echo "$program"; exit 1; }
		[ "$test" = '*' ] || grep -q "${test#*.})" "tools/testing/selftests/drm/$program.c" ||
			{ echo "$program:$test"; exit 1; }
	done
}
check "what is left out on the base is there, and explained" explained
finish
