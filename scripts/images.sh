#!/bin/sh
# SPDX-License-Identifier: MIT
# images.sh BUILD: makes BUILD/images/busybox, the root filesystem that comes with Coracle, of the machine's
# /bin/busybox (Debian's busybox-static), with a link for each applet.
set -eu
build=$1
busybox=/bin/busybox
root=$build/images/busybox
[ -x "$busybox" ] || {
    echo "images.sh: $busybox is missing (Debian package busybox-static)" >&2
    exit 1
}
if cmp -s "$busybox" "$root/bin/busybox" && [ -e "$root.conf" ]; then
    exit 0
fi
rm -rf "$root" "$root.conf"
mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" "$root/etc" "$root/root" "$root/home" \
    "$root/tmp" "$root/var/tmp" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/mnt"
chmod 1777 "$root/tmp" "$root/var/tmp"
cp "$busybox" "$root/bin/busybox"
chmod 755 "$root/bin/busybox"
"$busybox" --list-full | while read -r applet; do
    case "$applet" in
    bin/busybox | "") continue ;;
    */*) ;;
    *) applet=bin/$applet ;;
    esac
    mkdir -p "$root/$(dirname "$applet")"
    ln -sf /bin/busybox "$root/$applet"
done
ln -sf /run "$root/var/run"
cat >"$root/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
END
cat >"$root/etc/group" <<'END'
root:x:0:
daemon:x:1:
tty:x:5:
users:x:100:
nogroup:x:65534:
END
case $(uname -m) in
x86_64) arch=amd64 ;;
aarch64) arch=arm64 ;;
*) arch=$(uname -m) ;;
esac
printf 'arch %s\ncmd sh\n' "$arch" >"$root.conf"
