#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh BUILD PREFIX: the programs, the image that comes with them and the manual, as a tree that runs from
# anywhere: bin/coracle finds its parts in ../libexec/coracle and ../share/coracle.
set -eu
build=$1
prefix=$2
top=$(dirname "$0")/..
"$top/scripts/images.sh" "$build"
mkdir -p "$prefix/bin" "$prefix/libexec/coracle" "$prefix/share/coracle/images" "$prefix/share/man/man1"
install -m 755 "$build/coracle" "$prefix/bin/coracle"
for part in coracle-kernel coracle-image; do
    [ ! -e "$build/$part" ] || install -m 755 "$build/$part" "$prefix/libexec/coracle/$part"
done
rm -rf "$prefix/share/coracle/images/busybox"
cp -R "$build/images/busybox" "$prefix/share/coracle/images/busybox"
install -m 644 "$build/images/busybox.conf" "$prefix/share/coracle/images/busybox.conf"
for page in "$top"/docs/man/*.1; do
    [ ! -e "$page" ] || install -m 644 "$page" "$prefix/share/man/man1/"
done
