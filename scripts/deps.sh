#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh build|test|bench: installs the Debian packages that are missing, as root or through sudo -n; where
# neither is possible it prints the one line to run, and fails. "package/command" is there when the command is.
set -eu

build="make gcc libc6-dev meson ninja-build pkg-config libarchive-dev libjson-c-dev libssl-dev busybox-static"
tests="python3 libcmocka-dev clang-format git gcc-aarch64-linux-gnu libc6-dev-arm64-cross musl-tools
    mmdebstrap fakeroot fakechroot npm/npm curl util-linux procps lsof xz-utils zstd/zstd"
bench="bubblewrap proot runsc crun"

case "${1-}" in
build) wanted=$build ;;
test) wanted="$build $tests" ;;
bench) wanted="$build $tests $bench" ;;
*)
    echo "usage: deps.sh build|test|bench" >&2
    exit 2
    ;;
esac

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p')
missing=
for item in $wanted; do
    case "$item" in
    */*) command -v "${item#*/}" >/dev/null && continue ;;
    esac
    echo "$installed" | grep -qx "${item%/*}" || missing="$missing ${item%/*}"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Some packages are missing. Install them with" >&2
    echo "    sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "installing$missing"
$as_root env DEBIAN_FRONTEND=noninteractive sh -c '
    apt-get -q update >/dev/null &&
    apt-get -q -y install --no-install-recommends "$@" >/dev/null' sh $missing </dev/null
