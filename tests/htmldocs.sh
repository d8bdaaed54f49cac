#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/htmldocs tells warnings about what is ours from those about the rest:
# with a make that only says what it is told to.
#
# Usage: htmldocs.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-htmldocs
rm -rf "$dir"
mkdir -p "$dir"
printf '#!/bin/sh\ncat "%s/said"\nexit "$(cat "%s/status")"\n' "$dir" "$dir" >"$dir/make"
chmod +x "$dir/make"

htmldocs() {	# STATUS SAID
	echo "$1" >"$dir/status"
	printf '%s\n' "$2" >"$dir/said"
	OUT=$dir/out PATH=$dir:$PATH scripts/htmldocs --quick >"$dir/output" 2>&1
}

good() {
	htmldocs 0 "$1" || { cat "$dir/output"; false; }
}

bad() {		# SAID [STATUS]
	! htmldocs "${2:-0}" "$1" && grep -qxF "$1" "$dir/output" ||
		{ cat "$dir/output"; false; }
}

bad_again() {
	mkdir -p "$dir/out/.doctrees"
	bad "$1" && [ ! -e "$dir/out/.doctrees" ]
}

line_of_ours() {
	grep -n '^This is the reference' build/linux/Documentation/gpu/drm-kms.rst | cut -d: -f1
}

check "silence is fine" good "reading sources... [ 10%] index"
check "a warning about the rest is fine" good \
	"./include/drm/drm_drv.h:372: warning: Incorrect use of kernel-doc format"
check "... and about the rest of a file that the series changes" good \
	"$PWD/build/linux/Documentation/gpu/drm-kms.rst:1: WARNING: unknown document"
check "a warning of kernel-doc about a file of ours is not" bad \
	"./include/drm/drm_writeback.h:12: warning: Function parameter not described"
check "... nor one of Sphinx" bad \
	"$PWD/build/linux/Documentation/gpu/writeback/index.rst:24: WARNING: unknown document"
check "... nor one of Sphinx about a comment of ours" bad \
	"$PWD/build/linux/Documentation/gpu/drm-kms:440: ./include/drm/drm_writeback.h:12: WARNING: Inline"
check "... nor one without a line" bad \
	"$PWD/build/linux/Documentation/gpu/malidp.rst: WARNING: document is in no toctree"
check "... nor one about a line of ours in another file" bad \
	"$PWD/build/linux/Documentation/gpu/drm-kms.rst:$(line_of_ours): WARNING: unknown document"
check "what was warned of is read again" bad_again \
	"./include/drm/drm_writeback.h:12: warning: Function parameter not described"
check "an error is none, either" bad "Sphinx error" 2
finish
