#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/boot: what it passes on, how a guest ends, what a guest must not do.
# Needs build/uml-plain.
#
# Usage: boot.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-boot
rm -rf "$dir"
mkdir -p "$dir"

# guest SCRIPT [OPTION...]: boot with SCRIPT as the job
guest() {
	printf '%s\n' "$1" >"$dir/job.sh"
	shift
	scripts/boot --log "$dir/log" "$@" build/uml-plain "$dir/job.sh" \
		>"$dir/out" 2>"$dir/err"
}

# ends STATUS SCRIPT [OPTION...]
ends() {
	wanted=$1
	shift
	guest "$@" && status=0 || status=$?
	[ $status = "$wanted" ] || { echo "status $status"; cat "$dir/err"; false; }
}

says() {	# FILE TEXT
	grep -qF -- "$2" "$dir/$1" || { echo "$1 does not say: $2"; tail "$dir/$1"; false; }
}

says_not() {
	! grep -F -- "$2" "$dir/$1"
}

crash() {
	echo "load lkdtm; echo $1 >/sys/kernel/debug/provoke-crash/DIRECT"
}

in_order() {
	seq 20000 >"$dir/wanted"
	guest "seq 20000" && cmp "$dir/out" "$dir/wanted"
}

# the seconds that pass between the first line and the second, at the receiver
line_by_line() {
	printf 'echo a\nsleep 2\necho b\n' >"$dir/job.sh"
	scripts/boot build/uml-plain "$dir/job.sh" | {
		read -r _ && first=$(date +%s) && read -r _ && [ $(($(date +%s) - first)) -ge 1 ]
	}
}

none_left() {
	! ps -eo pid,stat,args | grep -F "boot_repo=$PWD " | grep -F "boot_limit=7" |
		grep -v grep
}

interrupted() {	# SIGNAL STATUS
	printf 'sleep 100\n' >"$dir/job.sh"
	rm -f "$dir/log"
	scripts/boot --timeout 8.5 --log "$dir/log" build/uml-plain "$dir/job.sh" &
	runner=$!
	for _ in $(seq 50); do
		! grep -qs "boot: started" "$dir/log" || break
		sleep 0.1
	done
	kill -"$1" $runner
	wait $runner && status=0 || status=$?
	sleep 0.5
	[ $status = "$2" ] && none_left
}

# 1. What is passed on

check "the script's status is passed on" ends 7 "exit 7"
check "success is passed on" ends 0 true
check "every line of output arrives, in order" in_order
check "a line arrives when it is written" line_by_line
check "what goes to the kernel log" ends 0 "echo for-the-log >/dev/kmsg; echo for-you"
check "... does not come with the output" says_not out for-the-log
check "... but is in the log" says log for-the-log

# 2. A guest that does not end as it should

check "a guest that hangs is ended" ends 124 "sleep 100" --timeout 8
check "... with a message" says err "did not end within 8 s"
check "... with the last lines of the kernel's log" says err "boot: started"
check "... and leaves no process" none_left
check "a kernel that panics" ends 125 "$(crash PANIC)"
check "a guest that goes without a status" ends 126 "kill -9 -1; perl -e \
	'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'"
check "a kernel that cannot start" ends 126 true --mem 1M
check "a runner that is interrupted leaves no process" interrupted INT 130
check "... that is told to end" interrupted TERM 143
check "... that is killed" interrupted KILL 137

# 3. A kernel that complains

check "a WARN is a failure" ends 125 "$(crash WARNING)"
check "... and is shown" says err "WARNING: CPU"
check "a WARN is a failure when the script succeeds" ends 125 "$(crash WARNING); exit 0"
check "a BUG is a failure" ends 125 "$(crash BUG)"
check "a WARN with a text is a failure" ends 125 "$(crash WARNING_MESSAGE)"

# 4. What the guest may touch

check "the guest cannot write to the host" ends 0 "! touch $PWD/README.new"
check "... but to build/" ends 0 "echo written >$dir/by-guest"
check "... at once" says by-guest written
check "... and to a /tmp of its own" ends 0 "echo x >/tmp/boot-test.$$"
check "... which the host does not see" sh -c "! ls /tmp/boot-test.$$"

# 5. Wrong use

refuses "a directory without a kernel" "scripts/kernel none" \
	scripts/boot build/none tests/boot.sh
refuses "a script that is not there" "cannot read" \
	scripts/boot build/uml-plain build/test-boot/none
refuses "a script that the guest would not see" "below" \
	sh -c "cp tests/boot.sh /tmp/boot-test.sh; scripts/boot build/uml-plain /tmp/boot-test.sh"

rm -f /tmp/boot-test.sh
finish
