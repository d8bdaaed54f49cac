#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# wbcapture in a guest with vkms and a Mali-DP: what it leaves behind, and each
# of its error paths. Needs build/uml-plain.
#
# Usage: wbcapture.sh
set -u
cd "$(dirname "$0")/.." || exit

made=$(make -s -C tools/drm O="$PWD/build/tools" all tests 2>&1) || {
	echo "Bail out! tools/drm does not build: $made"
	exit 1
}
exec scripts/boot --timeout 100 --log build/log/kernel-log-test-wbcapture \
	build/uml-plain tests/wbcapture-guest
