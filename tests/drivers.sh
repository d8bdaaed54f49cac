#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The base's other drivers with writeback compile on the series, unmodified and
# without a warning. vkms is not here: it is booted. amdgpu does not compile for
# User-Mode Linux, and is compiled for arm64.
#
# Usage: drivers.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

scripts/packages kernel cross || exit
export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

target() {	# ARCH COMPILER-PREFIX FRAGMENT...
	arch=$1 compiler=$2 out=$PWD/build/$1-drivers
	shift 2
	fragments=$*
}

make_kernel() {
	make -C build/linux ARCH=$arch CROSS_COMPILE=$compiler O="$out" \
		-j"$(nproc)" "$@" </dev/null
}

# rcar-du's is for ARM64 only, by its Kconfig
compiles() {
	said=$(make_kernel KCFLAGS=-DCONFIG_DRM_RCAR_WRITEBACK=1 "$1" 2>&1) || {
		printf '%s\n' "$said" | grep -A5 error
		return 1
	}
	! printf '%s\n' "$said" | grep -A5 warning:
}

configure() {
	mkdir -p "$out" &&
		cat $fragments >"$out/fragment" &&
		make_kernel KCONFIG_ALLCONFIG="$out/fragment" allnoconfig
}

target um "" configs/guest.config configs/uml.config configs/uml-drivers.config
check "the drivers can be configured" configure
while read -r driver object; do
	check "$driver compiles" compiles "drivers/gpu/drm/$object.o"
done <<'END'
vc4 vc4/vc4_txp
komeda arm/display/komeda/komeda_wb_connector
komeda's-tail arm/display/komeda/komeda_crtc
rcar-du renesas/rcar-du/rcar_du_writeback
msm msm/disp/dpu1/dpu_writeback
msm's-encoder msm/disp/dpu1/dpu_encoder_phys_wb
END

target arm64 aarch64-linux-gnu- configs/arm64-drivers.config
check "amdgpu can be configured" configure
for object in amdgpu_dm amdgpu_dm_wb; do
	check "amdgpu compiles: $object" compiles \
		"drivers/gpu/drm/amd/amdgpu/../display/amdgpu_dm/$object.o"
done
finish
