#!/bin/sh
# SPDX-License-Identifier: MIT
# tarball.sh BUILD [FOLDER]: packs the installed tree, without debugging information, as coracle-VERSION-linux-ARCH.tar.gz in
# FOLDER (BUILD).
set -eu
build=$1
out=${2:-$build}
top=$(dirname "$0")/..
version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$top/meson.build" | head -1)
name=coracle-$version-linux-$(uname -m)
work=$(mktemp -d "$out/tarball.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$top/scripts/install.sh" "$build" "$work/$name"
strip "$work/$name/bin/coracle" "$work/$name/libexec/coracle/"*
cp "$top/LICENSE" "$top/README.md" "$work/$name/"
tar -C "$work" --owner=0 --group=0 --sort=name -czf "$out/$name.tar.gz" "$name"
echo "$out/$name.tar.gz"
