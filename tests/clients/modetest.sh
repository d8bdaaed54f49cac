# SPDX-License-Identifier: GPL-2.0-only
#
# modetest shows a test pattern and captures it: with the writeback connector alone
# on the CRTC, and beside the display. Then it waits for a key, and meanwhile the
# picture in its file is compared with what the plane shows.
#
# Packages: drm-info libdrm-tests
# Root: kms

case $card in vkms) driver=vkms ;; *) driver=mali-dp ;; esac
mode=1024x768
bytes=$((1024 * 768 * 4))

in_root modetest -M $driver -a -c >/tmp/connectors
in_root modetest -M $driver -a -p >/tmp/pipes
writeback=$(awk '$4 ~ /^Writeback-/ { print $1 }' /tmp/connectors)
display=$(awk '$4 ~ /^(Virtual|DPI)-/ { print $1 }' /tmp/connectors)
crtc=$(awk '/^CRTCs/ { getline; getline; print $1; exit }' /tmp/pipes)
plane=$(awk '/^Planes/ { getline; getline; print $1; exit }' /tmp/pipes)
mkfifo /tmp/key
exec 3<>/tmp/key		# the keyboard, as long as the guest runs

size() {
	stat -c %s "$1" 2>/dev/null || echo 0
}

# until the picture is in the file, or modetest has ended; ten seconds at most
wait_for_picture() {
	tries=0
	while [ "$(size /tmp/picture)" -lt $bytes ] && kill -0 "$1" 2>/dev/null; do
		[ $((tries += 1)) -le 100 ] || return
		sleep 0.1
	done
}

captures() {	# CONNECTOR[,CONNECTOR]
	rm -f /tmp/picture
	in_root modetest -M $driver -a -s "$1@$crtc:$mode" -P "$plane@$crtc:$mode" \
		-o /tmp/picture </tmp/key >/tmp/said 2>&1 &
	wait_for_picture $!
	figures=$("$tools/plane_matches" /dev/dri/card0 /tmp/picture)
	right=$?
	echo >&3
	wait $! || { figures="$figures; modetest failed"; right=1; }
	# It says when a commit fails, and goes on.
	! grep -iE 'fail|error' /tmp/said >/tmp/complaint || right=1
}

capture() {	# WHAT CONNECTOR[,CONNECTOR]
	captures "$2"
	result $right "$1: $figures"
	[ $right = 0 ] || sed 's/^/# /' /tmp/said
}

capture "the writeback connector alone" "$writeback"
capture "display and writeback connector" "$display,$writeback"
