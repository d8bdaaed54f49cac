#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/series, on a small kernel: what it writes can be mailed and applied.
#
# Usage: series.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap
. tests/small-repo

same() {
	[ "$1" = "$2" ]
}

apply() {
	git clone -q -s build/linux build/clone 2>/dev/null &&
		git -C build/clone checkout -q "$(git -C build/linux rev-parse base)" &&
		git -C build/clone -c user.name=C -c user.email=c@localhost am -q "$PWD"/build/series/*.patch
}

sed -i 's/^From: A Tester .*/From: writeback series <writeback@localhost>/' patches/drm-Add-a-line.patch
scripts/tree 2>/dev/null
refuses "a series that nobody signs" "git does not know who signs" scripts/series
git config --global user.name "Zoë Tester"
git config --global user.email zoe@localhost
refuses "a series without a cover letter" "no patches/cover-letter" scripts/series
printf 'drm: Lines & more/less\n\nWhy the lines matter.\n\nAnd a second text.\n' >patches/cover-letter

echo 'int edited;' >>drivers/gpu/drm/ours.c
check "the series is written" scripts/series
check "it applies with git am on the stripped base" apply
check "... and gives our files as they are here" \
	sh -c 'for f in ours.c ours_too.c; do cmp drivers/gpu/drm/$f build/clone/drivers/gpu/drm/$f || exit; done'
check "... and the kernel's as they are in the tree" \
	cmp build/linux/drivers/gpu/drm/drm_a.c build/clone/drivers/gpu/drm/drm_a.c
check "each patch is numbered" same \
	"$(cat build/series/* | grep -c '^Subject: \[PATCH [012]/2\]')" 3
check "... keeps its author" grep -q '^From: B Tester' build/series/0002*
check "... or has that of who signs, where it has none" grep -q '^From: =?UTF-8?q?Zo=C3=AB=20Tester?= <zoe@localhost>$' build/series/0001*
check "... shows what it changes" grep -q ' 2 files changed, ' build/series/0001*
check "... is signed off by who runs it" same \
	"$(git -C build/clone log -2 --format='%(trailers:key=Signed-off-by,valueonly)' | sort -u)" "
Zoë Tester <zoe@localhost>"
# the recipients in a mail, as a mailer reads them
header() {	# MAIL NAME
	python3 -c 'import email, email.policy, sys
with open(sys.argv[1], "rb") as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)
for one in mail[sys.argv[2]].addresses: print(one)' build/series/"$1"* "$2"
}
check "... goes to its maintainers" same "$(header 0001 To)" "José A <jose@localhost>"
check "... with a copy to reviewers and lists" same "$(header 0001 Cc)" '"B, C" <b@localhost>
dri@localhost'
check "... each to those of what it changes" same "$(header 0002 To)" "José A <jose@localhost>
d@localhost"
check "the cover letter goes to all of them" same "$(header 0000 To)" "$(header 0002 To)"
check "... with all copies" same "$(header 0000 Cc)" "$(header 0001 Cc)"
check "the patches in the repository are not" sh -c '! grep -r Signed-off-by patches'
check "the cover letter has its subject" \
	grep -q '^Subject: \[PATCH 0/2\] drm: Lines & more/less$' build/series/0000*
check "... and all of its text" sh -c \
	'grep -q "^Why the lines matter" build/series/0000* && grep -q "^And a second text" build/series/0000*'
# the cover letter's date aside
mails() {
	cat build/series/0001* build/series/0002* | sha256sum
}
saved=$(mails)
check "a series written again" scripts/series
check "... is the same" same "$saved" "$(mails)"
sed -i 's/ drivers.*ours_too.c//' patches/series
sed -i '/^---$/,$d' patches/drm-Add-another.patch
echo --- >>patches/drm-Add-another.patch
refuses "a patch that changes nothing" "patches without a change" scripts/series
finish
