#!/bin/bash
# SPDX-License-Identifier: MIT
# cross.sh: compiles the portable layers for hosts that are not at hand, so that no habit of Linux or of x86-64
# creeps in: aarch64-linux with Debian's cross compiler, aarch64-macos with zig. One line per layer and target, and
# one for the headers, each of which must compile alone. What belongs to one architecture lies in a folder of its
# name, and is left out.
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
layers="abi base kernel sys fs net supervisor"
warnings="-std=gnu17 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers -D_GNU_SOURCE
    -fno-strict-aliasing -Isrc -I$work/include"

# Headers that the build makes: here it is enough that they declare the same.
mkdir "$work/include"
echo 'static const unsigned char vdso_image[1] = {0};' >"$work/include/vdso_image.h"

report() { # NAME
    if [ -s "$work/errors" ]; then
        echo "not ok $1"
        head -40 "$work/errors"
        status=1
    else
        echo "ok $1"
    fi
}

sources_of() { # LAYER
    find "src/$1" -name '*.c' -not -path '*/x86_64/*' 2>/dev/null | sort
}

# The supervisor is hosted, all others are compiled without a C library, as they are in the kernel program.
flags_of() { # LAYER
    [ "$1" = supervisor ] || echo "-ffreestanding"
}

compile_layers() { # TARGET COMPILER...
    local target=$1
    shift
    for layer in $layers; do
        [ -n "$(sources_of "$layer")" ] || continue
        : >"$work/errors"
        # shellcheck disable=SC2046,SC2086
        sources_of "$layer" | xargs -P2 -n8 "$@" $warnings $(flags_of "$layer") -fsyntax-only \
            >"$work/errors" 2>&1 || echo "the compiler failed" >>"$work/errors"
        report "$target/$layer"
    done
    : >"$work/errors"
    for layer in $layers engine host; do
        find "src/$layer" -name '*.h' -not -path '*/x86_64/*' -not -path '*/linux/*' 2>/dev/null
    done | sort | while read -r header; do
        echo "#include \"${header#src/}\"" >"$work/$(echo "$header" | tr / -).c"
    done
    # shellcheck disable=SC2086
    find "$work" -name '*.c' | xargs -r -P2 -n8 "$@" $warnings -ffreestanding -Wno-unused-function -fsyntax-only \
        >"$work/errors" 2>&1 || echo "the compiler failed" >>"$work/errors"
    rm -f "$work"/*.c
    report "$target/headers"
}

compile_layers aarch64-linux aarch64-linux-gnu-gcc -mgeneral-regs-only
if zig=$(scripts/zig.sh 2>"$work/errors"); then
    lib=$(dirname "$zig")/lib
    compile_layers aarch64-macos "$zig" clang -target arm64-apple-macos13 -isystem "$lib/include" \
        -isystem "$lib/libc/include/any-macos-any"
else
    echo "the compiler could not be fetched" >>"$work/errors"
    report aarch64-macos
fi
exit $status
