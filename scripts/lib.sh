# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the scripts that make the kernel tree: `. scripts/lib.sh`, in the
# root of the repository.

me=scripts/$(basename "$0")
log=$PWD/build/log/$(basename "$0").log
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export LC_ALL=C.UTF-8
trap 'exit 130' HUP INT TERM

say() {
	echo "$me: $*" >&2
}

fail() {
	say "$*"
	exit 1
}

# the head of the script that is run is its help
usage() {
	sed -n '4,/^[^#]/{ /^#/!d; s/^# \{0,1\}//; p }' "$me"
}

# start a log of our own
new_log() {
	mkdir -p build/log
	: >"$log"
}

# run WHAT COMMAND...: the command's output goes to the log; its failure ends us
run() {
	run_what=$1
	shift
	run_out=$("$@" 2>&1) && run_status=0 || run_status=$?
	{ printf '%s\n' "\$ $*" "$run_out" >>"$log"; } 2>/dev/null || :
	[ "$run_status" = 0 ] || died "$run_what" "$run_out"
}

# is a full disk why a command failed? Not every command says so in its OUTPUT.
is_full() {	# DIR OUTPUT
	case $2 in *"No space left on device"*) return 0 ;; esac
	[ "$(df -k --output=avail "$1" | tail -n 1)" -lt 16384 ]
}

# say why WHAT failed, from the OUTPUT of a command
died() {
	! is_full "${out:-build}" "$2" ||
		fail "$1: the disk is full; make room below $PWD/build (the tree takes 4 GB), then run it again"
	printf '%s\n' "$2" | tail -n 3 >&2
	fail "$1 failed; the whole output is in $log"
}

# compile with a cache, that clones share: the user's, or one below build/
use_ccache() {
	mkdir -p "${CCACHE_DIR:-${HOME:-/none}/.cache/ccache}" 2>/dev/null ||
		export CCACHE_DIR="$PWD/build/cache/ccache"
	export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
}

# what the kernel calls the architecture of a board
arch_of() {
	case $1 in
	uml) echo um ;;
	qemu) echo x86_64 ;;
	*) fail "$1: no such board; there are uml and qemu" ;;
	esac
}

# A copy of a kernel's build directory, without what was in it. make finds C files
# that are put there before those in the tree: that kernel differs in a few files.
start_from() {	# BUILD COPY
	mkdir -p "$2"
	rsync -a --delete --exclude=/lock "$1/" "$2/"
}

# what a build complained of, one line each, with names from the root of the TREE
complaints() {	# TREE LOG
	sed -n "s,^$1/,,; s,^\(\.\./\)*linux/,,
		/\(error\|warning\|WARNING\|ERROR\): \|undefined reference\|^make.*\*\*\* \[/p" "$2"
}

make_modules() {	# BOARD-PURPOSE TREE BUILD
	make -C "$2" ARCH="$(arch_of "${1%%-*}")" O="$PWD/$3" LOCALVERSION= \
		$(counted) modules </dev/null
}

# the lines of a list that count
entries() {
	sed '/^#/d; /^[[:space:]]*$/d' "$1"
}

# the files of ours
ours() {
	[ ! -f patches/series ] || entries patches/series | tr -s ' \t' '\n\n' |
		sed '/\.patch$/d'
}

# ... as pathspecs that leave them out
not_ours() {
	ours | sed 's/^/:(exclude)/'
}

# for make: gcov counts what runs in these objects, when the kernel has gcov; they
# are ours, or have lines of ours, and are no tests. On one CPU it needs no atomic
# operation for each pixel, which takes as long as what vkms does with it.
counted() {
	echo CFLAGS_GCOV=--coverage
	{ ours; sed -n 's,^+++ b/,,p' patches/*.patch; } | sort -u |
		sed -n '\,/tests/,d; s,^drivers/.*/\(.*\)\.c$,GCOV_PROFILE_\1.o=y,p'
}

# what the patches in a directory say, apart from the files of ours
patches_sum() {
	{
		[ ! -f "$1/series" ] || entries "$1/series" | while read -r name _; do
			echo "$name"
			cat "$1/$name"
		done
	} 2>/dev/null | sha256sum
}

# a setting that the tree remembers: remember DIR NAME [VALUE]
remember() {
	git -C "$1" config "writeback.$2" ${3+"$3"}
}

# scripts work for a user who has no git identity
: "${GIT_COMMITTER_NAME:=writeback series}"
: "${GIT_COMMITTER_EMAIL:=writeback@localhost}"
export GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
