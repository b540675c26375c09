#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The shell scripts parse, refuse wrong usage, and behave where that can be tried without installing anything.
set -u
source_dir=${1:?usage: check_scripts.sh SOURCE_DIR}
installer=$source_dir/installer
failed=0

expect() {
    local wanted=$1 got=0
    shift
    "$@" >/dev/null 2>&1 </dev/null || got=$?
    if ((got != wanted)); then
        echo "expected exit $wanted, got $got: $*"
        failed=1
    fi
}

for script in "$source_dir/.ci/run" "$installer"/* "$installer"/lib/*.sh; do
    [[ -f $script ]] || continue
    if [[ $script == *.sh ]] || head -n 1 "$script" | grep -q bash; then
        expect 0 bash -n "$script"
        if command -v shellcheck >/dev/null && ! shellcheck -x -S warning -P "$source_dir" "$script"; then
            failed=1
        fi
    fi
    if [[ $script != *.sh && ! -x $script ]]; then
        echo "not executable: $script"
        failed=1
    fi
done

for module in "$installer"/lib/*.py; do
    expect 0 env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$installer/lib" python3 -c "import $(basename "$module" .py)"
done

expect 2 "$installer/setup" --no-such-option
expect 2 "$installer/check-fresh"
expect 2 "$installer/check-fresh" no-such-release
expect 1 "$installer/run" /no/such/file
expect 2 "$installer/with-display"

# Every package line has a name and says what it is for.
if grep -HnvE '^(#.*|[?]?[a-z0-9.+|-]+ +# .+)$' "$installer"/packages/*.txt; then
    failed=1
fi
if command -v apt-get >/dev/null; then
    expect 0 "$installer/setup" --list
fi

# The command sees the display, its exit status comes through, the server is gone afterwards.
if command -v Xvfb >/dev/null; then
    scratch=$(mktemp -d)
    # shellcheck disable=SC2016
    expect 7 "$installer/with-display" bash -c 'echo "$DISPLAY $PPID" >"$0"; exit 7' "$scratch/seen"
    read -r display wrapper <"$scratch/seen" || true
    [[ ${display:-} == :* ]] || { echo "with-display set no display"; failed=1; }
    if [[ -z ${wrapper:-} ]] || kill -0 "$wrapper" 2>/dev/null || [[ -S /tmp/.X11-unix/X${display#:} ]]; then
        echo "with-display left something running"
        failed=1
    fi
    rm -rf "$scratch"
fi
exit "$failed"
