#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make install and make uninstall: the capture tool and its man page.
#
# Usage: tool-install.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

root=$PWD/build/test-tool-install/a\ root
rm -rf "$root"

installed() {
	(cd "$root" && find . -type f | sort | tr '\n' ' ')
}

holds() {	# FILES
	[ "$(installed)" = "$1" ] || { installed; false; }
}

# every long option of --help is in the page, and the other way round
page_is_complete() {
	"$root/usr/bin/wbcapture" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--.*' |
		sort -u >"$root/help" &&
		sed -n 's/^\.BR .*\\-\\-\([a-z\\-]*\).*/--\1/p' tools/drm/wbcapture.1 | tr -d '\\' |
		sort -u | diff "$root/help" -
	status=$?
	rm "$root/help"
	return $status
}

# a macro or an escape that does not exist is a warning
page_is_clean() {
	said=$(man -l --warnings "$root/usr/share/man/man1/wbcapture.1" 2>&1 >/dev/null) && [ -z "$said" ] ||
		{ echo "$said"; false; }
}

check "make install" make install DESTDIR="$root" PREFIX=/usr
check "... installs the program and its page" \
	holds "./usr/bin/wbcapture ./usr/share/man/man1/wbcapture.1 "
check "... which has all options" page_is_complete
if command -v man >/dev/null; then
	check "... and can be read" page_is_clean
else
	skip "... and can be read" "no man"
fi
check "... the program can be run" "$root/usr/bin/wbcapture" --help
check "again, somewhere else" make install DESTDIR="$root"
check "... which is /usr/local" holds "./usr/bin/wbcapture ./usr/local/bin/wbcapture $(:
	)./usr/local/share/man/man1/wbcapture.1 ./usr/share/man/man1/wbcapture.1 "
check "make uninstall" make uninstall DESTDIR="$root" PREFIX=/usr
check "... removes both, and no more" \
	holds "./usr/local/bin/wbcapture ./usr/local/share/man/man1/wbcapture.1 "
check "make uninstall of nothing" make uninstall DESTDIR="$root" PREFIX=/none
rm -rf "$root"
finish
