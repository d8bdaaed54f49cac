# SPDX-License-Identifier: GPL-2.0-only
#
# Weston shows a desktop, and a client of its capture protocol has it captured again
# and again, while it changes.
#
# Packages: weston seatd libweston-14-dev
# Root: weston

captures=${1:-100}
export XDG_RUNTIME_DIR=/run/user LIBSEAT_BACKEND=seatd SEATD_VTBOUND=0 \
	WAYLAND_DISPLAY=wayland-1

# no panel: its clock would change between two captures
configure() {
	cat <<'END'
[core]
idle-time=0
[shell]
panel-position=none
background-color=0xff336699
startup-animation=none
locking=false
END
	for output in Virtual-1 DPI-1; do
		printf '[output]\nname=%s\nmode=640x480\n' $output
	done
}

start_weston() {
	LD_PRELOAD=/tmp/readable_maps.so in_root weston --backend=drm --renderer=pixman \
		--continue-without-input --debug --drm-device=card0 \
		--config=/tmp/weston.ini --socket=$WAYLAND_DISPLAY --log=/tmp/weston.log \
		>/tmp/weston.out 2>&1
	echo "Weston has ended, with status $?" >>/tmp/weston.log
}

# until there is FILE: ten seconds at most
wait_for() {	# FILE
	tries=0
	until [ -e "$1" ]; do
		[ $((tries += 1)) -le 100 ] || return
		sleep 0.1
	done
}

mkdir -m 700 $XDG_RUNTIME_DIR
configure >/tmp/weston.ini
cp "$tools/weston_capture" "$tools/readable_maps.so" /tmp
in_root seatd >/tmp/seatd.log 2>&1 &
wait_for /run/seatd.sock
start_weston &
wait_for $XDG_RUNTIME_DIR/$WAYLAND_DISPLAY
figures=$(in_root /tmp/weston_capture "$captures" 2>&1)
status=$?
completed=$(sed -n 's/^completed: //p' /sys/kernel/debug/dri/0/Writeback-1/writeback)
[ "${completed:-0}" -ge "$captures" ] ||
	{ status=1; figures="$figures; the kernel has completed only ${completed:-0}"; }
result $status "$captures captures of a desktop: $figures"
[ $status = 0 ] || tail -n 20 /tmp/seatd.log /tmp/weston.log | sed 's/^/# /'
