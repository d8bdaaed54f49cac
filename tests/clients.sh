#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/clients and scripts/clients-root: what the table says of clients that fail,
# where packages come from, and which differences between cards count. Needs no guest.
#
# Usage: clients.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

# A repository of its own, whose commands only play what happens.
dir=$PWD/build/test-clients
rm -rf "$dir"
mkdir -p "$dir/scripts" "$dir/bin" "$dir/tests/clients" "$dir/build/uml-plain"
cp scripts/clients scripts/clients-root scripts/groups.sh scripts/lib.sh scripts/tap "$dir/scripts"
cp tests/clients/*.sh "$dir/tests/clients"
cp tests/clients/less_what_varies "$dir"
touch "$dir/build/uml-plain/built"
printf 'all weston:\n' >"$dir/tests/clients/Makefile"

program() {	# PATH: its lines on standard input
	{ echo '#!/bin/sh'; cat; } >"$dir/$1"
	chmod +x "$dir/$1"
}
program scripts/packages </dev/null
program scripts/kernel </dev/null
mv "$dir/scripts/clients-root" "$dir/scripts/clients-root.real"
program scripts/clients-root </dev/null
program scripts/boot <<'END'
echo "$@" >>boots
cat says
exit $(cat status)
END

# runs STATUS LAST-LINE [ARG...]: in a guest that says what is on standard input
runs() {
	wanted=$1 line=$2
	shift 2
	cat >"$dir/says"
	rm -f "$dir/boots"
	"$dir/scripts/clients" "$@" >"$dir/out" 2>"$dir/err"
	[ $? = "$wanted" ] && [ "$(tail -n 1 "$dir/out")" = "$line" ] ||
		{ cat "$dir/out" "$dir/err"; false; }
}
guest_ends() {	# STATUS
	echo "$1" >"$dir/status"
}
told() {
	tr -s ' ' <"$dir/out" | grep -qxF "$1" || { cat "$dir/out"; false; }
}

guest_ends 0
check "all clients on all cards" runs 0 "12 passed, 0 failed, 0 skipped" <<END
ok 1 - right: 13 colours
1..1
END
check "... a row for each" told "weston dp650 ok right: 13 colours"
check "... Weston with 100 captures" grep -q 'client vkms weston 100$' "$dir/boots"
check "some, on some" runs 0 "2 passed, 0 failed, 0 skipped" --cards dp550 --captures 3 weston modetest <<END
ok 1 - right
1..1
END
check "... with fewer captures" grep -q 'client dp550 weston 3$' "$dir/boots"
guest_ends 1
check "a client that fails" runs 1 "0 passed, 1 failed, 0 skipped" --cards vkms modetest <<END
not ok 1 - alone: 9 pixels are wrong
1..1
END
check "... and why" told "modetest vkms FAILED alone: 9 pixels are wrong"
check "... and where more is told" grep -q 'build/log/clients-modetest-vkms.log' "$dir/err"
guest_ends 126
check "a guest that ends without a result" runs 1 "0 passed, 1 failed, 0 skipped" --cards vkms modetest <<END
scripts/boot: the guest ended without a status
END
guest_ends 125
check "a kernel that reports an error" runs 1 "1 passed, 1 failed, 0 skipped" --cards vkms modetest <<END
ok 1 - right
1..1
END
check "--help" "$dir/scripts/clients" --help
refuses "a client that is unknown" "nosuch: no such client" "$dir/scripts/clients" nosuch
refuses "an option that is unknown" "--nosuch: no such option" "$dir/scripts/clients" --nosuch
refuses "an option without its value" "--cards needs a value" "$dir/scripts/clients" --cards

# apt-get of a machine with two servers, and one package, that needs no other
mv "$dir/scripts/clients-root.real" "$dir/scripts/clients-root"
root=$dir/build/clients/r
PATH=$dir/bin:$PATH
program bin/apt-get <<END
case "\$*" in
*indextargets*) cat $dir/servers ;;
*--print-uris*) echo "'http://server/a_1_all.deb' a_1_all.deb 1 SHA256:0" ;;
*--download-only*) cp $dir/a_1_all.deb $dir/build/cache/clients; cp "\$APT_CONFIG" $dir/asked ;;
*) cat $dir/complaint >&2; exit \$(cat $dir/status) ;;
esac
END
mkdir -p "$dir/deb/DEBIAN" "$dir/deb/usr/bin"
echo hello >"$dir/deb/usr/bin/a"
printf 'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: test\n' >"$dir/deb/DEBIAN/control"
dpkg-deb --root-owner-group -b "$dir/deb" "$dir/a_1_all.deb" >/dev/null
cat >"$dir/servers" <<END
Debian|bookworm|http://one/debian/
Debian|bookworm-security|http://two/security/
Other|stable|http://other/
END
: >"$dir/complaint"

root_of() {
	"$dir/scripts/clients-root" r "$@"
}
sources() {	# the one-line sources, without options
	sed 's/\[.*\] *//; s/  */ /' "$dir/build/clients/apt/sources.list" | tr '\n' ';'
}
has_sources() {
	[ "$(sources)" = "$1" ] || { sources; false; }
}
config_is_own() {
	! grep -E '^[A-Z][^"]*"/' "$dir/asked" | grep -vF -e "$dir/build/" -e '"/dev/null"'
}

guest_ends 0
check "a root" root_of a
check "... has what is in the package" grep -q hello "$root/usr/bin/a"
check "... from the machine's servers, and from backports there" has_sources \
	"deb http://one/debian/ bookworm main;deb http://one/debian/ bookworm-backports main;deb http://two/security/ bookworm-security main;"
check "... by a configuration that names no directory of the machine" config_is_own
rm "$dir/asked"
check "again: nothing is fetched" root_of a
check "... indeed" [ ! -e "$dir/asked" ]
check "other packages: it is made anew" root_of a b
check "... indeed" [ -e "$dir/asked" ]
guest_ends 100
echo "E: Unable to locate package c" >"$dir/complaint"
refuses "a package that does not exist" "cannot fetch Debian's lists of packages: Unable to locate" root_of c
check "... the old root is still there" grep -q hello "$root/usr/bin/a"
echo "Other|stable|http://other/" >"$dir/servers"
refuses "a machine without Debian's servers" "apt knows no server that has Debian's bookworm" root_of d

# drm_info's JSON of a small card, whose ids start at $1 and that has format $2
card() {
	cat <<END
{"/dev/dri/card$1": {"driver": {"name": "d", "desc": "D", "client_caps": {}, "caps": {},
"kernel": {"release": "6.12.$1"}}, "fb_size": {}, "encoders": [{"id": $1, "type": 5,
"possible_crtcs": 1, "possible_clones": 1}], "crtcs": [], "connectors": [{"id": 1$1, "type": 18,
"status": 3, "encoders": [$1], "modes": [], "properties": {"WRITEBACK_PIXEL_FORMATS": {"id": 2$1,
"type": 16, "atomic": true, "immutable": true, "raw_value": 3$1, "spec": null, "value": null,
"data": [$2]}}}], "planes": []}}
END
}
less() {
	card "$@" | "$dir/less_what_varies"
}
same() {
	[ "$(less "$1" "$2")" = "$(less "$3" "$4")" ]
}
differs() {
	! same "$@"
}
check "drm_info: ids and versions do not count" same 1 875713112 2 875713112
check "... formats do" differs 1 875713112 1 875713089
finish
