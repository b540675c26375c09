# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Configuring and building, shared by installer/run, installer/test and installer/package.

# Parallel compilations: one per core, but no more than memory carries (the heaviest file takes about 1.2 GB).
build_jobs() {
    if [[ -n ${FEDEFM_JOBS:-} ]]; then
        echo "$FEDEFM_JOBS"
        return
    fi
    local cores memory_mb by_memory
    cores=$(nproc)
    memory_mb=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
    by_memory=$((memory_mb / 1200))
    ((by_memory >= 1)) || by_memory=1
    echo $((cores < by_memory ? cores : by_memory))
}

# build_preset SOURCE PRESET [TARGET…]: configures (with CONFIGURE_OPTIONS) and builds; details go to a log that is shown
# on failure.
CONFIGURE_OPTIONS=()
build_preset() {
    local source=$1 preset=$2 jobs log targets=()
    shift 2
    jobs=$(build_jobs)
    mkdir -p "$source/build/$preset"
    log=$source/build/$preset/configure.log
    if ! (cd "$source" && cmake --preset "$preset" "${CONFIGURE_OPTIONS[@]}") >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        echo "The configuration failed; the whole output is in build/$preset/configure.log." >&2
        return 1
    fi
    (($# == 0)) || targets=(--target "$@")
    echo "build: preset $preset, $jobs at a time"
    cmake --build "$source/build/$preset" --parallel "$jobs" "${targets[@]}"
}
