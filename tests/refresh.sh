#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/refresh, on a small kernel: from the commits in the tree to patches/
# and back.
#
# Usage: refresh.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap
. tests/small-repo

a=build/linux/drivers/gpu/drm/drm_a.c
first=patches/drm-Add-a-line.patch
second=patches/drm-Add-another.patch

in_tree() {
	git -C build/linux "$@"
}

# all that a refresh writes
patches() {
	cd patches && sha256sum *
}

quiet_refresh() {
	before=$(patches)
	stat_before=$(stat -c %Y.%i patches/*)
	scripts/refresh && [ "$before" = "$(patches)" ] && [ "$stat_before" = "$(stat -c %Y.%i patches/*)" ]
}

same() {
	[ "$1" = "$2" ]
}

scripts/tree 2>/dev/null
check "patches written by hand come back as they were" quiet_refresh
check "... and once more" quiet_refresh

# 1. Fixups

sed -i 's/int line_0;/int line_zero;/' $a
refuses "an edit that is not committed" "commit --fixup=COMMIT" scripts/refresh
check "... is kept" grep -q line_zero $a
commit_kernel --fixup HEAD^
built=$(stat -c %Y.%Z $a)
saved=$(sha256sum $second)
check "a fixup is folded" scripts/refresh
check "... into the patch that it mends" grep -q '^+int line_zero;' $first
check "... no other changes" same "$saved" "$(sha256sum $second)"
check "... and no file in the tree, so that make builds nothing" same "$built" "$(stat -c %Y.%Z $a)"
check "... which has a commit for each patch" same "$(in_tree rev-list --count base..)" 2
check "... whose author it keeps" same "$(in_tree log --format=%an base..)" "B Tester
A Tester"
check "a second refresh changes nothing" quiet_refresh
check "the tree made anew from patches/ is the same" \
	sh -c 'old=$(git -C build/linux rev-parse HEAD); rm -rf build/linux; scripts/tree &&
	[ "$(git -C build/linux rev-parse HEAD)" = "$old" ]'

sed -i 's/int line_zero;/int line_00;/' $a
commit_kernel -m "fixup! drm: No such patch"
refuses "a fixup of no patch" "no commit of the series is meant by" scripts/refresh
in_tree reset -q --hard HEAD^
sed -i 's/int line_zero;/int line_two;/' $a && commit_kernel --fixup HEAD
sed -i 's/int line_two;/int line_three;/' $a && commit_kernel --fixup HEAD~2
head=$(in_tree rev-parse HEAD)
refuses "fixups that do not fold" "do it by hand" scripts/refresh
check "... stay" same "$head" "$(in_tree rev-parse HEAD)"
check "... and the tree is clean" same "$(in_tree status --porcelain)" ""
in_tree reset -q --hard HEAD~2

# 2. Files of ours

echo 'int later;' >>drivers/gpu/drm/ours.c
scripts/install
check "a file of ours that has changed changes no patch" quiet_refresh
check "... and is part of its commit" \
	sh -c 'git -C build/linux show HEAD^:drivers/gpu/drm/ours.c | cmp - drivers/gpu/drm/ours.c'
check "no patch holds a file of ours" sh -c '! grep -r ours patches/*.patch'
echo 'int stray;' >build/linux/drivers/gpu/drm/stray.c
in_tree add drivers/gpu/drm/stray.c
commit_kernel --fixup HEAD
refuses "a new file that the series does not name" "drivers/gpu/drm/stray.c" scripts/refresh
in_tree reset -q --hard HEAD^

# 3. Patches that come, change their subject, and go

sed -i 's/line_20/line_twenty/' $a
commit_kernel -m "drm: Write it out"
check "a new commit becomes a patch" scripts/refresh
check "... at the end of the series" same "$(tail -n 1 patches/series)" drm-Write-it-out.patch
check "... and the comment in the series stays" grep -q '^# a comment' patches/series
commit_kernel --amend -m "drm: Spell it"
check "a new subject" scripts/refresh
check "... names the patch anew" sh -c '[ -e patches/drm-Spell-it.patch ] && [ ! -e patches/drm-Write-it-out.patch ]'
in_tree reset -q --hard HEAD^
check "a commit that is gone" scripts/refresh
check "... takes its patch along" same "$(ls patches | paste -sd ' ')" "drm-Add-a-line.patch drm-Add-another.patch series"
commit_kernel --amend -m "drm: Add one more"
check "a patch with files of ours and a new subject" scripts/refresh
check "... keeps them" grep -qx 'drm-Add-one-more.patch drivers/gpu/drm/ours_too.c' patches/series
in_tree reset -q --hard HEAD^
refuses "a patch with files of ours that is gone" "drivers/gpu/drm/ours_too.c" scripts/refresh
in_tree reset -q --hard ORIG_HEAD

# 4. Others

sed -i 's/line_41/line_44/' patches/drm-Add-one-more.patch
refuses "patches that are newer than the tree" "run 'make tree'" scripts/refresh
check "... are overwritten when told" env FORCE=1 scripts/refresh
check "... from the tree" grep -q line_41 patches/drm-Add-one-more.patch
mkdir -p home
printf '[diff]\n\tnoprefix = true\n\tcontext = 9\n[core]\n\tabbrev = 6\n[log]\n\tdate = relative\n' >home/.gitconfig
check "a developer's git settings change nothing" quiet_refresh
rm -rf build/linux
refuses "no tree" "make it with 'make tree'" scripts/refresh
finish
