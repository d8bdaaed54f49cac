#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/mutants: it must not call a mutant noticed that is not.
# Needs build/uml-plain.
#
# Usage: mutants.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

MUTANTS=build/test-mutants
export MUTANTS
rm -rf $MUTANTS
mkdir -p $MUTANTS

file=drivers/gpu/drm/drm_writeback_job.c
test=drm_test_writeback_complete_spurious

mutant() {	# NAME TEST OUTCOME SED-SCRIPT
	{
		printf 'Rule: none\nExpect: %s\nOutcome: %s\n\n' "kunit:$2" "$3"
		sed "$4" $file | diff -u --label a/$file --label b/$file $file -
	} >$MUTANTS/"$1".patch
}

says() {	# NAME LINE
	scripts/mutants "$1" >$MUTANTS/out 2>&1
	grep -E "^$2" $MUTANTS/out || { cat $MUTANTS/out; false; }
}

warn='s/drm_err_ratelimited(wb->base.dev,/WARN(1,/'
fail='s/^	conn_state->writeback_job = NULL;/	;/'
mutant same $test fails '$a /* nothing */'
mutant garbage $test fails '$a this is not C'
mutant no-such-test drm_test_writeback_complete_ fails "$fail"
mutant fails drm_writeback_test:drm_test_writeback_complete fails "$fail"
mutant warns $test reports "$warn"
mutant only-warns $test fails "$warn"
mutant hangs $test hangs 's/^	drm_err_ratelimited(.*/	for (;;)\n\t\tcpu_relax();\n&/'
sed 's/^ /  /' $MUTANTS/same.patch >$MUTANTS/stale.patch

check "a mutant that changes nothing is not noticed" says same "not ok .* did not notice"
export UNBROKEN=keep
check "one that does not build is no success" says garbage "not ok .* does not build"
check "one that does not apply is no success" says stale "not ok .* does not apply"
check "one whose test does not exist is no success" says no-such-test "not ok .* is not green"
check "one that makes the test fail is noticed" says fails "ok .* fails"
check "one that makes the kernel warn is noticed" says warns "ok .* reports"
check "... but only if its head says so" says only-warns "not ok .* reports, where"
check "one that hangs is noticed" says hangs "ok .* hangs"
check "the kernel tree stays as it is" cmp $file build/linux/$file
finish
