#!/bin/sh
# SPDX-License-Identifier: MIT
# tarball.sh BUILD: packs the installed tree as BUILD/coracle-VERSION-linux-ARCH.tar.gz.
set -eu
build=$1
top=$(dirname "$0")/..
version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$top/meson.build" | head -1)
name=coracle-$version-linux-$(uname -m)
rm -rf "$build/dist"
mkdir -p "$build/dist/$name"
"$top/scripts/install.sh" "$build" "$build/dist/$name"
cp "$top/LICENSE" "$build/dist/$name/"
tar -C "$build/dist" --owner=0 --group=0 -czf "$build/$name.tar.gz" "$name"
rm -rf "$build/dist"
echo "$build/$name.tar.gz"
