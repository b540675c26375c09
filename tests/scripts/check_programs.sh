#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the programs and modules link and export (docs/adr/0003).
#   check_programs.sh KIND FILE    KIND: qt-free, desktop, module
set -u
kind=${1:?} file=${2:?}
command -v readelf >/dev/null && command -v nm >/dev/null || exit 77
failed=0

complain() {
    echo "$file: $*"
    failed=1
}

needed=$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
exported=$(nm -D --defined-only "$file" | awk '{ print $NF }' | sed 's/@.*//')

for library in $needed; do
    case $library in
        libQt5*) complain "links Qt 5: $library" ;;
        libtorch* | libc10*) complain "links LibTorch: $library" ;;
        libopencv_highgui*) complain "links highgui: $library" ;;
        libopencv_videoio*) [[ $kind == module ]] || complain "links videoio: $library" ;;
        libQt6*) [[ $kind == desktop ]] || complain "links Qt: $library" ;;
    esac
done
# Symbols of Qt in our programs would be taken by a Qt 5 that a library brings along.
if [[ $kind == module ]]; then
    grep -qx fedefm_module <<<"$exported" || complain "does not export fedefm_module"
    if grep -E '^_ZN6fedefm' <<<"$exported"; then complain "exports symbols of ours"; fi
elif grep -E '^_ZN?K?[0-9]*Q[A-Z]|^_ZN6fedefm' <<<"$exported"; then
    complain "exports symbols"
fi
exit "$failed"
