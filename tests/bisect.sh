#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/bisect, on a small kernel: it finds the step that does not build, has a
# warning, leaves a file out or fails its tests, and names it.
#
# Usage: bisect.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap
. tests/small-repo
. ../../tests/small-make

bisect() {
	: >calls
	scripts/bisect "$@" >table 2>said
}

# says TEXT: the last run failed and said it
says() {
	[ "$status" = 1 ] && grep -qF -- "$1" said || { head -n 8 said; return 1; }
}

fails() {	# WHAT TEXT
	bisect --again && status=0 || status=$?
	check "$1" says "$2"
}

row() {		# NUMBER TEXT
	grep -q "^ *$1  .*$2" table || { head -n 6 table; return 1; }
}

check "a series is fine" bisect
check "... and each step has its row" row 0 "the-base-less-its-writeback .* ok "
check "... the first patch, too" row 1 "drm-Add-a-line .* ok .* 1 passed"
check "... and the last" row 2 "drm-Add-another .* ok .* 1 passed"
check "... and they are counted" grep -qx "3 steps, 0 failed" table
check "... and each was built and tested" [ "$(sort calls | uniq -c | tr -s ' \n' ' ')" = " 3 boot 3 make all " ]
check "a step that passed is not tried again" bisect
check "... but told of" row 1 "drm-Add-a-line .* 1 passed .* before"
check "... and costs nothing" [ ! -s calls ]
check "... unless that is asked for" bisect --again
check "... for some steps" bisect --again --from 1 --to a-line
check "... which alone are tried" [ "$(wc -l <calls) $(grep -c ' ok ' table)" = "2 1" ]
check "... or for those of a pattern" bisect --again 'a*line'
check "... which alone are tried" row 1 "drm-Add-a-line"
refuses "a patch that is not there" "none: no such patch; patches/series lists them" scripts/bisect none
refuses "an option that is not there" "--none: no such option; see scripts/bisect --help" scripts/bisect --none

echo 'static int nobody_needs;' >>drivers/gpu/drm/ours_too.c
fails "a warning fails" "step 2 of 2: drm-Add-another.patch fails:"
check "... with its file and line" says "kernel: drivers/gpu/drm/ours_too.c:2:12: warning: "
check "... in the table, too" row 2 "drm-Add-another .* warnings"
check "... and the other steps are fine" row 1 "drm-Add-a-line .* ok "
bisect && status=0 || status=$?
check "a step that failed is tried again" says "step 2 of 2: drm-Add-another.patch fails:"
check "... and the others are not" [ "$(grep -c make calls)" = 1 ]
sed -i '$d' drivers/gpu/drm/ours_too.c

echo '#include <drm/later.h>' >>drivers/gpu/drm/ours.c
fails "a file that needs what a later patch brings fails" "step 1 of 2: drm-Add-a-line.patch fails:"
check "... with its file and line" says "kernel: drivers/gpu/drm/ours.c:2:10: fatal error: drm/later.h"
check "... in the table, too" row 1 "drm-Add-a-line .* failed .* - "
sed -i '$d' drivers/gpu/drm/ours.c

echo drivers/gpu/drm/ours_too.c >leave-out
sed -i 's/^\(drm-Add-a-line.patch\).*/& leave-out/' patches/series
fails "a file that is compiled into nothing fails" "step 2 of 2: drm-Add-another.patch fails:"
check "... by its name" says "drivers/gpu/drm/ours_too.c is part of no module"
sed -i 's/ leave-out//' patches/series

printf 'ok 1 - fine\nnot ok 2 - a_test\n' >tap/results
fails "a test that fails" "step 0 of 2: the-base-less-its-writeback fails:"
check "... is named" says "a_test"
check "... and counted" row 2 "drm-Add-another .* 1 passed, 1 failed"
check "... and so are the steps" grep -qx "3 steps, 3 failed" table
finish
