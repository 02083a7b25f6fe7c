#!/bin/sh
# SPDX-License-Identifier: MIT
# native.sh ROOT COMMAND...: runs COMMAND in ROOT as a container's first process on the host's own kernel: fresh
# mount, pid, uts and ipc namespaces, and a chroot. Without root it takes a user namespace, too.
set -eu

if [ "${1-}" != --inside ]; then
    user=
    [ "$(id -u)" = 0 ] || user="--user --map-root-user"
    # shellcheck disable=SC2086
    exec unshare $user --mount --pid --uts --ipc --fork -- "$0" --inside "$@"
fi
shift
root=$1
shift
hostname "${GUEST_HOSTNAME-guest}"
# The root is a mount of its own, as a container's is.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
    : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
exec chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root HOSTNAME="${GUEST_HOSTNAME-guest}" "$@"
