# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# A bare Debian root folder: made, entered and removed by installer/check-fresh and installer/check-package.

# The mirror of the machine's own release; apt knows it whatever the form of the source lists.
configured_mirror() {
    local codename uri
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk -v release="$codename" '$1 == release && $2 ~ /debian\/?$/ { print $2; exit }')
    if [[ -z $uri ]]; then
        echo "no Debian mirror in this machine's apt sources; name one with --mirror" >&2
        return 1
    fi
    echo "$uri"
}

# The security archive, where the machine uses one.
configured_security_mirror() {
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 ~ /-security$/ { print $2; exit }'
}

make_root() {
    local release=$1 root=$2 mirror=$3 security file
    command -v debootstrap >/dev/null || { echo "debootstrap is not installed" >&2; return 1; }
    mkdir -p "$root"
    debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "$mirror" >"$root.log" 2>&1 ||
        { tail -n 20 "$root.log" >&2; return 1; }
    rm -f "$root.log"
    security=$(configured_security_mirror)
    {
        echo "deb $mirror $release main"
        echo "deb $mirror $release-updates main"
        [[ -z $security ]] || echo "deb $security $release-security main"
    } >"$root/etc/apt/sources.list"
    # How this machine reaches its mirror holds for the root as well.
    for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
        if [[ -f $file ]] && grep -q '^ *Acquire::' "$file"; then
            cp "$file" "$root/etc/apt/apt.conf.d/90host-$(basename "$file")"
        fi
    done
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
        chroot "$root" update-ca-certificates >/dev/null 2>&1 || true
    fi
    # No service may start inside the root.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    touch "$root/.bare-root-complete"
}

mount_root() {
    local root=$1
    cp --remove-destination -L /etc/resolv.conf "$root/etc/resolv.conf"
    cp /etc/hosts "$root/etc/hosts"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    mountpoint -q "$root/sys" || mount -t sysfs -o ro sysfs "$root/sys" || true
    mkdir -p "$root/dev/pts" "$root/dev/shm"
    mountpoint -q "$root/dev/pts" || mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" || true
    mountpoint -q "$root/dev/shm" || mount -t tmpfs -o size=1g tmpfs "$root/dev/shm"
}

unmount_root() {
    local root=$1 folder
    for folder in dev/shm dev/pts sys proc; do
        if mountpoint -q "$root/$folder"; then
            umount "$root/$folder" || umount -l "$root/$folder"
        fi
    done
}

# Never removes anything through a mount that could not be taken away.
remove_root() {
    local root=$1
    [[ -e $root/.bare-root-complete || -d $root/debootstrap ]] || return 0
    if awk -v root="$root/" 'index($2, root) == 1 { found = 1 } END { exit !found }' /proc/mounts; then
        echo "still mounted below $root; not removed" >&2
        return 1
    fi
    rm -rf --one-file-system "$root"
}

# Tracked and new files, without what git ignores. An older copy goes, its build folder stays.
copy_checkout() {
    local source=$1 target=$2
    mkdir -p "$target"
    find "$target" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    git -c safe.directory="$source" -C "$source" ls-files -z --cached --others --exclude-standard |
        (cd "$source" && while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
            tar --null --no-recursion -T - -cf -) |
        tar -xf - -C "$target" --no-same-owner
}

# Runs a command line in the root with a clean environment; proxies of this machine are kept.
in_root() {
    local root=$1 name settings=()
    shift
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
    done
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        "${settings[@]}" chroot "$root" /bin/bash -c "$*" </dev/null
}
