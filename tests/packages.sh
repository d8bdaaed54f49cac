#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/packages, on a machine that is played by small scripts.
#
# Usage: packages.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

dir=$PWD/build/test-packages
rm -rf "$dir"
mkdir -p "$dir"
PATH=$dir:$PATH
tap_lines=2

program() {	# NAME: its lines on standard input
	{ echo '#!/bin/sh'; cat; } >"$dir/$1"
	chmod +x "$dir/$1"
}

# a machine with these packages
has() {
	printf '%s\n' "$@" >"$dir/installed"
}

user() {	# UID
	echo "echo $1" | program id
}

# apt-get says this and fails; without it, it installs
apt_says() {
	echo "$1" >"$dir/complaint"
	program apt-get <<END
echo "\$*" >>$dir/asked
case "\$*" in
*update*) exit 0 ;;
esac
${1:+cat $dir/complaint; exit 100}
for word; do echo "\$word"; done >>$dir/installed
END
}

program dpkg-query <<END
sed 's/^/ii /' $dir/installed
END

installs() {
	rm -f "$dir/asked"
	scripts/packages tools && grep -q 'install --no-install-recommends libdrm-dev libpng-dev$' "$dir/asked"
}

quiet() {
	out=$(scripts/packages tools 2>&1) && [ -z "$out" ]
}

asks_not() {
	rm -f "$dir/asked"
	scripts/packages tools && [ ! -e "$dir/asked" ]
}

apt_says ""
user 1000
has gcc libc6-dev make pkg-config libdrm-dev libpng-dev
check "nothing to do, nothing is said" quiet
check "... and apt is not asked" asks_not

has gcc libc6-dev make pkg-config
refuses "not root: the line that installs what is missing" \
	"apt-get install --no-install-recommends libdrm-dev libpng-dev" scripts/packages tools

user 0
apt_says "E: Failed to fetch http://x  Could not resolve 'x'"
refuses "no network" "no package server answers; check the network" scripts/packages tools
apt_says "E: You don't have enough free space in /var/cache/apt/archives/."
refuses "a full disk" "the disk is full" scripts/packages tools
apt_says "E: Unable to locate package libdrm-dev"
refuses "a package that is not there" "the whole output is in" scripts/packages tools

apt_says ""
check "root: what is missing is installed" installs
check "... once" asks_not
refuses "a job that is not known" "no such job" scripts/packages none
finish
