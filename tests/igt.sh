#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/igt, on programs that say what those of IGT say: which are found and run,
# and what fails. Needs no guest.
#
# Usage: igt.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

# A repository of its own, whose guests are this machine.
dir=$PWD/build/test-igt
rm -rf "$dir"
mkdir -p "$dir/scripts" "$dir/igt" "$dir/build/igt/tests"
cp scripts/igt "$dir/scripts"
echo 0 >"$dir/status"

program() {	# PATH: its lines on standard input
	{ echo '#!/bin/sh'; cat; } >"$dir/$1"
	chmod +x "$dir/$1"
}
program scripts/packages </dev/null
program scripts/kernel </dev/null
program scripts/boot <<'END'
shift 6
echo "$@" >>boots
"$2/$3" ${4:+--run-subtest "$4"} || exit
exit $(cat status)
END
printf '# all\nkms_writeback\nkms_other\nkms_not_built\n' >"$dir/igt/programs"

# igt STATUS PROGRAM: it says what is on standard input, results in bold
igt() {
	program "build/igt/tests/$2" <<END
cat <<'SAYS'
$(sed "s/^Subtest.*/$(printf '\033')[1m&$(printf '\033')[0m/")
SAYS
exit $1
END
}
igt 0 kms_writeback <<'END'
IGT-Version: 1.28 (x86_64) (Linux: 6.12.117 x86_64)
Starting subtest: writeback-pixel-formats
Subtest writeback-pixel-formats: SUCCESS (0.000s)
Starting subtest: writeback-fb-id
Starting dynamic subtest: pipe-A
Dynamic subtest pipe-A: SUCCESS (0.1s)
Subtest writeback-fb-id: SUCCESS (0.010s)
Subtest writeback-check-output: SKIP (0.000s)
END
igt 77 kms_other <<'END'
SKIP (0.000s)
END

expects() {	# KIND LINE...: of vkms
	kind=$1
	shift
	printf '%s\n' "$@" >"$dir/igt/vkms-$kind.txt"
}
runs() {	# STATUS LAST-LINE [ARG...]
	wanted=$1 line=$2
	shift 2
	rm -f "$dir/boots"
	"$dir/scripts/igt" --cards vkms "$@" "$dir/build/igt" >"$dir/out" 2>"$dir/err"
	[ $? = "$wanted" ] && [ "$(tail -n 1 "$dir/out")" = "$line" ] ||
		{ cat "$dir/out" "$dir/err"; false; }
}
told() {
	tr -s ' ' <"$dir/out" | grep -qxF "$1" || { cat "$dir/out"; false; }
}

expects passes "# IGT 1.28" "kms_writeback,2"
check "what is built is run" runs 0 "1 passed, 0 failed, 1 skipped"
check "... each program in a guest of its own" [ "$(grep -c . "$dir/boots")" = 2 ]
check "... as many subtests pass as are expected" told "kms_writeback vkms ok 2 2 0 1"
check "... a program whose number is not known is skipped" told \
	"kms_other vkms skipped 0 ? 0 1 how many pass is not known; --record notes it"
expects passes "kms_writeback,3"
check "fewer pass than are expected, and none fails" runs 1 "0 passed, 1 failed, 1 skipped"
check "... and that is said" told "kms_writeback vkms FAILED 2 3 0 1 3 are expected to pass"

expects passes "kms_writeback,1"
igt 98 kms_writeback <<'END'
Subtest writeback-pixel-formats: SUCCESS (0.000s)
Starting subtest: writeback-fb-id
Subtest writeback-fb-id: FAIL (0.010s)
END
check "a subtest that fails" runs 1 "0 passed, 1 failed, 1 skipped"
check "... is named" told "kms_writeback vkms FAILED 1 1 1 0 kms_writeback@writeback-fb-id fails"
expects fails "kms_writeback@writeback-fb-id,Fail"
check "... is no news" runs 0 "1 passed, 0 failed, 1 skipped"
rm "$dir/igt/vkms-fails.txt"
expects flakes "kms_writeback@.*-fb-id"
check "... does now and then" runs 0 "1 passed, 0 failed, 1 skipped"
rm "$dir/igt/vkms-flakes.txt"
expects fails "kms_writeback@writeback-pixel-formats,Fail" "kms_writeback@writeback-fb-id,Fail"
check "one passes that did not" runs 0 "1 passed, 0 failed, 1 skipped"
check "... and that is said" told "kms_writeback vkms ok 1 1 1 0 kms_writeback@writeback-pixel-formats passes now"
rm "$dir/igt/vkms-fails.txt"
expects skips "kms_writeback@writeback-fb.*"
check "one is left out" runs 1 "0 passed, 1 failed, 1 skipped"
check "... by a pattern of IGT's" grep -qF '*,!writeback-fb*' "$dir/boots"
rm "$dir/igt/vkms-skips.txt"

igt 139 kms_writeback <<'END'
Subtest writeback-pixel-formats: SUCCESS (0.000s)
Starting subtest: writeback-fb-id
END
check "a program that crashes" runs 1 "0 passed, 1 failed, 1 skipped"
check "... and in which subtest" told \
	"kms_writeback vkms FAILED 1 1 1 0 ended with status 139; kms_writeback@writeback-fb-id fails"
igt 0 kms_writeback <<'END'
Subtest writeback-pixel-formats: SUCCESS (0.000s)
END
echo 125 >"$dir/status"
check "a kernel that reports an error" runs 1 "0 passed, 1 failed, 1 skipped"
check "... is not recorded" runs 1 "0 passed, 1 failed, 1 skipped" --record
echo 0 >"$dir/status"
expects passes "# a comment" "kms_writeback,9"
check "--record" runs 0 "1 passed, 0 failed, 1 skipped" --record
check "... writes what was seen" [ "$(tr '\n' ' ' <"$dir/igt/vkms-passes.txt")" = \
	"# a comment kms_writeback,1 kms_other,0 " ]
check "... and that is expected then" runs 0 "1 passed, 0 failed, 1 skipped"
check "... a program of which nothing passes is skipped" told \
	"kms_other vkms skipped 0 0 0 1 none of its subtests is expected to pass"

refuses "no directory" "which IGT?" "$dir/scripts/igt"
refuses "a directory without IGT" "holds no IGT" "$dir/scripts/igt" "$dir/scripts"
refuses "a program that IGT does not have" "has no program kms_not_built" \
	"$dir/scripts/igt" "$dir/build/igt" kms_not_built
# lines of a kind, comments apart
have_form() {	# KIND PATTERN
	! cat igt/*-"$1".txt 2>/dev/null | grep -vE "^(#.*)?\$|^$2\$"
}
check "the expectations that are kept can be read: passes" have_form passes '[a-z0-9_]+,[0-9]+'
check "... fails" have_form fails '[a-z0-9_]+@[^ ]+,(Fail|Crash)'
check "... skips" have_form skips '[a-z0-9_]+@[^ ]+'
finish
