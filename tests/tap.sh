#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/tap: what counts as passed, failed and skipped.
#
# Usage: tap.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-tap
mkdir -p "$dir"

counts() {	# COUNTS STATUS LINES
	printf "$3" >"$dir/output"
	said=$(scripts/tap "$dir/output" "$2" | head -n 1)
	[ "$said" = "$1" ] || { echo "$said"; false; }
}

sub='    1..2\n    ok 1 x\n    not ok 2 y\n'

check "results" counts "1 1 0" 0 '1..2\nok 1 - a\nnot ok 2 - b\n'
check "a plan at the end" counts "2 0 0" 0 'ok 1 - a\nok 2 - b\n1..2\n'
check "skipped tests, and those of a whole program" counts "0 0 2" 0 \
	'1..1\nok 1 - a # SKIP no card\n1..0 # SKIP no card\n'
check "nested results: leaves count" counts "1 1 0" 1 "1..1\n${sub}not ok 1 sum\n"
check "a sum that failed by itself" counts "1 1 0" 1 \
	'1..1\n    1..1\n    ok 1 x\nnot ok 1 sum\n'
check "two programs after each other" counts "4 0 0" 0 \
	'1..2\nok 1 a\nok 2 b\n1..2\nok 1 c\nok 2 d\n'
check "... with their plans at the end" counts "4 0 0" 0 \
	'ok 1 a\nok 2 b\n1..2\nok 1 c\nok 2 d\n1..2\n'
check "a plan that is not fulfilled" counts "1 1 0" 0 '1..3\nok 1 a\n'
check "... below another" counts "1 1 0" 0 '1..1\n    1..2\n    ok 1 x\nok 1 sum\n'
check "no output" counts "0 1 0" 0 ''
check "no result" counts "0 1 0" 0 'hello\n'
check "a status that no failed test explains" counts "1 1 0" 3 '1..1\nok 1 a\n'
check "Bail out!" counts "0 1 0" 0 'Bail out! no kernel\n'
finish
