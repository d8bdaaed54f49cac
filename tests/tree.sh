#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/base, scripts/tree and scripts/install, on a small kernel.
#
# Usage: tree.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap
. tests/small-repo

deb=build/cache/linux-source-test_1.1_all.deb
a=build/linux/drivers/gpu/drm/drm_a.c

subjects() {
	git -C build/linux log --reverse --format=%s | paste -sd ,
}

# everything in the tree that make looks at
stamps() {
	find build/linux -name .git -prune -o -type f -printf '%P %T@\n' | sort
}

says() {
	out=$("$@" 2>&1) && printf '%s\n' "$out" | grep -qF -- "$text"
}

made() {
	scripts/tree && [ "$(subjects)" = "The base: $1,drm: Remove the writeback of the base kernel,drm: Add a line,drm: Add another" ]
}

remade() {
	rm -rf build/linux && made 1.1
}

same() {
	[ "$1" = "$2" ]
}

# 1. The base

refuses "a package with a wrong sum" "wrong sha256" \
	sh -c "echo >>$deb; scripts/tree"
check "... is fetched anew by the next run" made 1.1
check "the first commit is the base as it comes" \
	git -C build/linux grep -q writeback_old "$(git -C build/linux rev-list --max-parents=0 HEAD)"
check "tag base has no writeback" \
	sh -c '! git -C build/linux grep -q writeback_old base && grep -q writeback_old build/linux.removed'

rm -rf build/linux
stub tar 'm=$(mktemp); /usr/bin/tar "$@"; kill -9 $PPID'
scripts/tree >/dev/null 2>&1
check "a run killed while it unpacks leaves no tree" [ ! -e build/linux ]
rm bin/tar
check "... and the next one makes it" made 1.1
rm -rf build/linux/.git build/linux/drivers
check "a half tree is made anew" made 1.1

rm -rf build/linux "$deb"
stub apt-get 'echo "E: Failed to fetch http://there/x.deb  Could not resolve host"; exit 100'
refuses "no network" "Check the network" scripts/tree
check "... leaves nothing behind" same "$(ls build/cache)" ""
stub apt-get 'echo "E: Failed to fetch http://there/x.deb 404  Not Found"; exit 100'
refuses "a package list that is too old" "apt-get update" scripts/tree
stub apt-cache :
refuses "apt without the package" "apt knows no linux-source-test" scripts/tree
offer 1.2
refuses "a version asked for that is not there" "apt offers no linux-source-test 1.0" \
	env BASE=1.0 scripts/tree
text="the base is 1.2, the newest it offers"
check "the newest is taken when the pinned version is gone, and said" says scripts/tree
check "... with that version's files" grep -q 'VERSION = 1.2' build/linux/Makefile
offer 1.1 1.2
check "a tree of another version beside it" \
	sh -c 'BASE=1.2 scripts/tree build/other && grep -q 1.2 build/other/Makefile && rm -r build/other'
rm -rf build/linux

if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=2m none build 2>/dev/null; then
	refuses "a full disk" "the disk is full" scripts/tree
	check "... leaves nothing behind" [ ! -e build/linux ]
	mount -o remount,size=5m build
	refuses "a disk too small for the commits" "committing the base: the disk is full" scripts/tree
	check "... leaves nothing behind" same "$(ls -d build/linux* 2>/dev/null)" ""
	mount -o remount,size=64m build
	check "... and the next run makes the tree" made 1.1
	umount build
else
	skip "a full disk" "needs root, to mount a small file system"
fi

# 2. What a run does and does not do again

scripts/tree 2>/dev/null
before=$(stamps)
touch -d @0 build/log/base.log build/log/strip-commit.log build/log/commits.log
scripts/tree
check "nothing to do: nothing is unpacked, stripped or applied again" \
	same "$(stat -c %Y build/log/base.log build/log/strip-commit.log build/log/commits.log | sort -u)" 0
check "... and touches no file" same "$before" "$(stamps)"
check "the tree is clean" same "$(git -C build/linux status --porcelain)" ""

cp patches/drm-Add-another.patch saved
sed -i 's/line_41/line_42/' patches/drm-Add-another.patch
check "a patch that has changed is applied again" sh -c "scripts/tree && grep -q line_42 $a"
check "... only its files are touched" \
	[ "$(stamps | grep -v drm_a.c)" = "$(echo "$before" | grep -v drm_a.c)" ]
sed -i 's/ int line_40/ int line_39/' patches/drm-Add-another.patch
refuses "a patch that does not apply" "patches/drm-Add-another.patch does not apply" scripts/tree
cp saved patches/drm-Add-another.patch
check "... and the next run" made 1.1

cp base/writeback.regions saved
printf '\tint after;\n' >>base/writeback.regions
check "a new region is taken out" sh -c 'scripts/tree && ! grep after build/linux/include/drm/drm_b.h'
cp saved base/writeback.regions
printf '\tint none;\n' >>base/writeback.regions
refuses "a region that is not there" "region 'int none;' (line 3 of the list): 'int none;' is found 0 times" \
	scripts/tree
cp saved base/writeback.regions
scripts/tree 2>/dev/null

# 3. Work in the tree

echo 'int mine;' >>$a
check "an edit in a kernel file is kept" sh -c "scripts/tree && grep -q mine $a"
sed -i 's/line_41/line_43/' patches/drm-Add-another.patch
refuses "... and stops a series that changes the file" "changes that are not committed" scripts/tree
check "... which leaves it alone" grep -q mine $a
commit_kernel --fixup HEAD
refuses "... also when it is committed" "Keep them with 'make refresh'" scripts/tree
sed -i 's/line_43/line_41/' patches/drm-Add-another.patch
check "... and goes on when the patch is as before" sh -c "scripts/tree && grep -q mine $a"
offer 1.2
refuses "... and stops another base" "the base is to be 1.2" env BASE=1.2 scripts/tree
git -C build/linux reset -q --hard HEAD^

# 4. Files of ours

before=$(stamps)
echo 'int edited;' >>drivers/gpu/drm/ours.c
check "an edited file of ours is installed" \
	sh -c 'scripts/install && cmp drivers/gpu/drm/ours.c build/linux/drivers/gpu/drm/ours.c'
check "... no other is touched" \
	[ "$(stamps | grep -v ours.c)" = "$(echo "$before" | grep -v ours.c)" ]
echo 'int lost;' >>build/linux/drivers/gpu/drm/ours.c
refuses "a file of ours that was edited in the tree" "was edited there" scripts/install
check "... which is kept" grep -q lost build/linux/drivers/gpu/drm/ours.c
rm build/linux/drivers/gpu/drm/ours.c
check "... until it is deleted" scripts/install

cp patches/series saved
sed -i 's/ours_too.c/none.c/' patches/series
refuses "a file of ours that does not exist" "drivers/gpu/drm/none.c, which does not exist" scripts/install
sed -i 's/none.c/drm_a.c/' patches/series
refuses "a file that the kernel owns" "files that the kernel owns: drivers/gpu/drm/drm_a.c" scripts/install
sed -i 's/drm_a.c/ours.c/' patches/series
refuses "a file on two lines" "more than once: drivers/gpu/drm/ours.c" scripts/install
echo 'int new;' >drivers/gpu/drm/new.c
sed 's/ours_too.c/& drivers\/gpu\/drm\/new.c/' saved >patches/series
check "a new file of ours is installed" \
	sh -c 'scripts/tree && cmp drivers/gpu/drm/new.c build/linux/drivers/gpu/drm/new.c'
cp saved patches/series
check "... and goes when the series names it no more" \
	sh -c 'scripts/tree && [ ! -e build/linux/drivers/gpu/drm/new.c ]'
finish
