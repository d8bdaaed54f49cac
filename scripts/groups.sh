# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the commands that run tests in groups: `. scripts/groups.sh`, after
# scripts/lib.sh. One line for each group; details in build/log. The command's
# name stands before that of the group in the names of the files there.
#
# $only names the groups that are wanted, as patterns; default: all. $show is a
# command that gets what a group prints; default: cat. $counts is a directory below
# build/ where each guest leaves what gcov counted; default: none.

set_of=$(basename "$0")
only=
show="cat"
counts=
mkdir -p build/log
rm -f build/log/"$set_of"-*.count

wanted() {	# GROUP
	[ -n "$only" ] || return 0
	set -f
	for pattern in $only; do
		case $1 in $pattern) set +f; return 0 ;; esac
	done
	set +f
	return 1
}

# run a group: its output is TAP and goes to a log
group() {	# GROUP COMMAND...
	name=$1
	shift
	wanted "$name" || return 0
	[ ! -t 1 ] || printf '  %-24s ...\r' "$name"
	files=build/log/$set_of-$name
	begin=$(date +%s)
	{
		"$@" 2>&1 </dev/null
		echo $? >"$files.status"
	} | $show >"$files.log"
	scripts/tap "$files.log" "$(cat "$files.status")" >"$files.count"
	report "$files.count" >"$files.line"
	cat "$files.line"
}

# the same beside the groups that follow, up to a `wait`
beside() {
	group "$@" &
	[ "$(nproc)" -gt 1 ] || wait
}

report() {
	read -r p f s <"$1"
	printf '  %-24s %4d passed %3d failed %3d skipped  %4d s\n' \
		"$name" "$p" "$f" "$s" $(($(date +%s) - begin))
	sed '1d; s/^/      /' "$1"
	[ "$f" = 0 ] || echo "      see $files.log"
}

# the last line; the status is 0 when nothing failed
total() {
	cat build/log/"$set_of"-*.count >"build/log/$set_of.counts" 2>/dev/null ||
		fail "$only: no such group; they are listed in $me"
	awk '/^[0-9]+ [0-9]+ [0-9]+$/ { p += $1; f += $2; s += $3 }
	     END { print p " passed, " f " failed, " s " skipped"; exit f > 0 }' \
		"build/log/$set_of.counts"
}

# a command that is one test
one() {
	"$@" && echo "ok 1 - $*" || echo "not ok 1 - $*"
}

in_guest() {	# BOARD-PURPOSE SECONDS JOB...
	purpose=$1 limit=$2
	shift 2
	[ -e "build/$purpose/built" ] || {
		echo "Bail out! build/$purpose is not built"
		return 1
	}
	[ -z "$counts" ] || rm -rf "${counts:?}/$name"
	scripts/boot --timeout "$limit" --log "build/log/kernel-log-$name" \
		${counts:+--coverage "$PWD/$counts/$name"} "build/$purpose" "$@"
}

build_selftests() {
	make -s -C tools/testing/selftests/drm KSRC="$PWD/build/linux" \
		OUTPUT="$PWD/build/selftests"
}
