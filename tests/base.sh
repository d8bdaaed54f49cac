#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The removal on real kernels: the pinned base, and each VERSION that apt offers,
# by default the oldest and the newest.  There the series has to apply, and the
# stripped core, helpers, KUnit tests and Mali-DP to compile without a warning, and
# each module to find the symbols that it uses.
#
# Usage: base.sh [VERSION...]
#
# A VERSION takes some minutes, 4 GB, and 150 MB to fetch.
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

offered() {
	sed '/^#/d; s/ .*//' base/version | xargs apt-cache madison | awk '{ print $3 }' | sort -Vu
}

resolve() {
	case $1 in
	oldest) offered | head -n 1 ;;
	newest) offered | tail -n 1 ;;
	*) echo "$1" ;;
	esac
}

# What build/linux has already is not unpacked and committed again.
make_tree() {
	if [ "$(git -C build/linux config writeback.base)" = "$1" ]; then
		scripts/tree && git clone -q --shared --no-checkout build/linux "$tree"
		return
	fi
	BASE=$1 scripts/tree "$tree" || return
	[ "$(git -C "$tree" config writeback.base)" = "$1" ]
}

make_kernel() {
	make -C "$tree" ARCH=um O="$out" LOCALVERSION= "$@" </dev/null
}

compile() {
	git -C "$tree" checkout -q base
	mkdir -p "$out"
	{ cat configs/guest.config configs/uml.config | sed '/CONFIG_DRM_VKMS/d'; echo '# CONFIG_DRM_VKMS is not set'; } >"$out/fragment"
	make_kernel -s KCONFIG_ALLCONFIG="$out/fragment" allnoconfig &&
		make_kernel -j"$(nproc)" prepare modules_prepare drivers/gpu/drm/
}

compiles() {
	compile >"$log" 2>&1 && ! grep -i "warning:" "$log" &&
		find "$out" -name malidp_hw.o | grep -q . &&
		find "$out" -name drm_connector_test.o | grep -q . &&
		! find "$out" -name 'drm_writeback*.o' -o -name 'vkms*.o' | grep -q .
}

# The kernel itself is not built, but taken from build/uml-plain.
links() {
	ln -s "$PWD/build/uml-plain/vmlinux.o" "$out/" &&
		make_kernel -j"$(nproc)" modules >"$log" 2>&1 &&
		! grep -E "WARNING: modpost|ERROR: modpost" "$log" &&
		[ -e "$out/drivers/gpu/drm/arm/mali-dp.ko" ] || { tail "$log"; false; }
}

if [ -d build/linux ]; then
	check "the pinned base is stripped" scripts/strip-commit build/linux
	check "... to what tag base has" \
		[ "$(scripts/strip-commit build/linux)" = "$(git -C build/linux rev-parse base)" ]
else
	skip "the pinned base is stripped" "there is no build/linux; make it with 'make tree'"
fi

if [ $# = 0 ] && [ -z "$(offered)" ]; then
	skip "the oldest and the newest base" "apt offers none; run 'apt-get update'"
elif [ $# = 0 ]; then
	set -- oldest newest
fi
for name; do
	version=$(resolve "$name")
	tree=$PWD/build/test-$version
	out=$tree.obj
	log=$PWD/build/log/base-$version.log
	check "$name, $version: the series applies to the stripped base" make_tree "$version"
	check "$name, $version: the stripped base compiles without a warning" compiles
	if [ -e build/uml-plain/vmlinux.o ]; then
		check "... and its modules link" links
	else
		skip "... and its modules link" "build/uml-plain is not built"
	fi
	rm -rf "$tree" "$tree.removed" "$out"
done
finish
