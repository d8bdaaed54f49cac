#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The base's other drivers with writeback compile on the series, unmodified and
# without a warning. vkms is not here: it is booted. amdgpu is not either: it
# does not compile for User-Mode Linux.
#
# Usage: drivers.sh
set -u
cd "$(dirname "$0")/.." || exit
. tests/tap

out=$PWD/build/uml-drivers
export PATH="/usr/lib/ccache:$PATH" CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

make_kernel() {
	make -C build/linux ARCH=um O="$out" -j"$(nproc)" "$@" </dev/null
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
		cat configs/uml.config configs/uml-drivers.config >"$out/fragment" &&
		make_kernel KCONFIG_ALLCONFIG="$out/fragment" allnoconfig
}

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
finish
