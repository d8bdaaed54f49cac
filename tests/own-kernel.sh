#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/own-kernel, on small kernels: it replaces what is there, or says why not
# and leaves every file as it was.
#
# Usage: own-kernel.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap
. tests/small-repo

# a kernel of somebody's own, not in git
own() {
	rm -rf own
	kernel_files own
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 9\nEXTRAVERSION =\n' >own/Makefile
	echo 'mainmenu "Linux"' >own/Kconfig
}

# ... in git
own_in_git() {
	own
	git -C own init -q -b mine
	git -C own add -A -f
	own_commit
}

own_commit() {
	git -C own -c user.name=O -c user.email=o@localhost commit -q -a -m own
}

sums() {
	(cd own && find . -type f ! -path './.git/*' -exec sha256sum {} + | sort)
	git -C own rev-parse HEAD 2>/dev/null
}

# stays WHAT TEXT: it is refused with TEXT, and nothing changes
stays() {
	untouched=$(sums)
	refuses "$1" "$2" scripts/own-kernel own
	check "... which stays as it was" [ "$untouched" = "$(sums)" ]
}

has_ours() {
	! grep -q writeback_old own/include/drm/drm_b.h &&
		grep -q line_0 own/drivers/gpu/drm/drm_a.c && grep -q line_41 own/drivers/gpu/drm/drm_a.c &&
		cmp drivers/gpu/drm/ours.c own/drivers/gpu/drm/ours.c &&
		cmp drivers/gpu/drm/ours_too.c own/drivers/gpu/drm/ours_too.c
}

own
saved=$(sums)
files=$(find own -type f | wc -l)
said=$(scripts/own-kernel --dry-run own 2>&1)
check "a dry run says what it would do" sh -c 'printf "%s\n" "$1" | grep "own is Linux 6.12.9, not in git" &&
	printf "%s\n" "$1" | grep "2 patches; 2 files are new, 2 changed, 0 gone"' - "$said"
check "... and does nothing" [ "$saved" = "$(sums)" ]
check "a tree that is not in git gets the series" scripts/own-kernel own
check "... all of it" has_ours
check "... and no more" [ "$(find own -type f | wc -l)" = $((files + 2)) ]
check "... and what was taken out is kept" grep -q writeback_old build/own/own.removed
stays "the same again" "own stays as it is: it has a drivers/gpu/drm/ours.c, and the series adds one"
check "it can be undone" patch -R -s -p1 -d own -i "$PWD/build/own/own.patch"
check "... to the last byte" [ "$saved" = "$(sums)" ]

own_in_git
old=$(git -C own rev-parse HEAD)
saved=$(sums)
check "a tree in git gets the series" scripts/own-kernel own
check "... all of it" has_ours
check "... as commits on its branch" [ "$(git -C own log --format=%s mine)" = "drm: Add another
drm: Add a line
drm: Remove the writeback of the base kernel
own" ]
check "... with nothing left over" [ -z "$(git -C own status --porcelain)" ]
check "it can be undone" git -C own reset -q --keep "$old"
check "... to the last byte" [ "$saved" = "$(sums)" ]

git -C own worktree add -q ../own-worktree -b other
mv own own-main
ln -s own-worktree own
check "so does a worktree of git, named by a link" scripts/own-kernel own
check "... all of it" has_ours
rm own
mv own-main own

echo '/* mine */' >>own/include/drm/drm_b.h
stays "a tree with changes" "own stays as it is: it has changes that are not committed; commit or stash them:
 M include/drm/drm_b.h"
git -C own checkout -q .
echo mine >own/drivers/gpu/drm/ours_too.c
stays "a tree with a file in the way" "it has a drivers/gpu/drm/ours_too.c"
rm own/drivers/gpu/drm/ours_too.c
mkdir own/.git/rebase-merge
stays "a tree in a rebase" "git is in the middle of something there (rebase-merge)"

for how in own own_in_git; do
	$how
	sed -i 's/int line_38;/int mine;/; s/int line_39;/int mine_too;/; s/int line_40;/int mine_three;/' own/drivers/gpu/drm/drm_a.c
	[ $how = own ] || own_commit
	stays "a tree that the patches do not fit ($how)" "the series does not apply to it:
    patches/drm-Add-another.patch does not apply"
	$how
	sed -i '/writeback_old/d' own/include/drm/drm_b.h
	[ $how = own ] || own_commit
	stays "a tree without the writeback of the base ($how)" \
		"region 'int writeback_old;' (line 2 of the list): 'int writeback_old;' is found 0 times, not once"
	$how
	echo 'int more_writeback;' >>own/include/drm/drm_b.h
	[ $how = own ] || own_commit
	stays "a tree with more writeback ($how)" "include/drm/drm_b.h:int more_writeback;"
done
own
sed -i 's/^PATCHLEVEL.*/PATCHLEVEL = 6/' own/Makefile
stays "another version" "own stays as it is: it is Linux 6.6.9, and the series is for 6.12"
# room for the first file of ours, and not for the second
own
mv own all
mkdir own
if mount -t tmpfs -o size=4m none own 2>/dev/null; then
	trap 'cd /; umount "$repo/own"; rm -rf "$repo"' EXIT
	cp -r all/. own/
	head -c 750000 /dev/urandom | base64 >>drivers/gpu/drm/ours_too.c
	head -c $(($(df --output=avail -B1 own | tail -n 1) - 500000)) /dev/zero >own/fill
	stays "a tree on a full disk" "writing to it failed"
	umount own
	trap 'cd /; rm -rf "$repo"' EXIT
else
	skip "a tree on a full disk" "needs root, to mount a small file system"
fi

own
rm -r own/drivers
stays "headers alone" "it has no drivers/gpu/drm; are these only headers?"
rm own/Kconfig
stays "a directory with something else" "it is no kernel tree"
refuses "a directory that is not there" "there is no such directory" scripts/own-kernel none
refuses "no directory" "which tree? make own TREE=DIR; scripts/own-kernel --help" scripts/own-kernel
check "nothing is left over" [ -z "$(find build/own -name 'work.*')" ]
finish
