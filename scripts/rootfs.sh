#!/bin/bash
# SPDX-License-Identifier: MIT
# rootfs.sh NAME: prints the path of a tar of a root filesystem made of packages; it is built once, and kept in the
# user's cache folder. NAME is debian (bookworm with the programs that the tests run). The tar has no devices, so
# that an ordinary user can unpack it.
set -eu
name=${1-}
cache=${CORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/coracle}
case "$name" in
debian)
    suite=bookworm
    packages="bash coreutils dash findutils grep sed gawk mawk diffutils tar gzip xz-utils bzip2 file less
        python3 perl sqlite3 procps psmisc lsof curl ca-certificates util-linux ncurses-bin ncurses-base make bc
        htop netcat-openbsd"
    packages=$(echo "$packages" | tr -s ' \n' '\n' | paste -sd,)
    ;;
*)
    echo "usage: rootfs.sh debian" >&2
    exit 2
    ;;
esac
mkdir -p "$cache"
exec 9>"$cache/rootfs-$name.lock"
flock 9
# The list of packages is part of the name, so that a changed list builds anew.
tar=$cache/rootfs-$name-$(echo "$suite $packages" | sha256sum | cut -c1-12).tar
if [ ! -s "$tar" ]; then
    mode=unshare
    [ "$(id -u)" != 0 ] || mode=root
    mmdebstrap --quiet --mode=$mode --variant=minbase --include="$packages" \
        --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook='rm -rf "$1"/var/cache/apt/*.bin' --skip=output/dev \
        "$suite" "$tar.new.tar" >&2 </dev/null
    mv "$tar.new.tar" "$tar"
    chmod 644 "$tar"
fi
echo "$tar"
