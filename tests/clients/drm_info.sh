# SPDX-License-Identifier: GPL-2.0-only
#
# drm_info lists what a card has: all of it as in a file that is kept here.
#
# Packages: drm-info libdrm-tests
# Root: kms

golden=$here/drm_info-$card.json
seen=build/clients/drm_info-$card.json

# It does not ask what is connected, but what was the last time that somebody asked.
probe() {
	for driver in vkms mali-dp; do in_root modetest -M $driver -a -c; done 2>/dev/null
}

says_the_same() {
	probe >/dev/null
	in_root drm_info -j >/tmp/json && [ -s /tmp/json ] || return
	$here/less_what_varies </tmp/json >"$seen" && diff -u "$golden" "$seen"
}

check "all as in $golden" says_the_same
[ $tap_failed = 0 ] || echo "# what it says now is in $seen"
