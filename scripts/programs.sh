#!/bin/sh
# SPDX-License-Identifier: MIT
# programs.sh NAME: prints the path of a ready program that the tests run. It is fetched once, as a package of npm,
# into the user's cache folder.
set -eu
case "${1-}" in
esbuild) package=@esbuild/linux-x64 version=0.25.12 program=bin/esbuild ;; # Go, static
*)
    echo "usage: programs.sh esbuild" >&2
    exit 2
    ;;
esac
cache=${CORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/coracle}
folder=$cache/$1-$version
mkdir -p "$cache"
exec 9>"$cache/$1.lock"
flock 9
if [ ! -d "$folder" ]; then
    rm -rf "$folder.new"
    npm install --silent --no-save --no-audit --no-fund --prefix "$folder.new" "$package@$version" >&2 </dev/null
    mv "$folder.new" "$folder"
fi
[ -x "$folder/node_modules/$package/$program" ] || {
    echo "programs.sh: the npm package $package has no $program" >&2
    exit 1
}
echo "$folder/node_modules/$package/$program"
