#!/bin/bash
# SPDX-License-Identifier: MIT
# check-format.sh: the form of the tree: formatting, licences, lengths, layers and words. One line per check.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0
check() { # NAME, what is wrong (empty: nothing)
    if [ -z "$2" ]; then
        echo "ok $1"
    else
        echo "not ok $1"
        echo "$2" | head -40 | sed 's/^/    /'
        status=1
    fi
}
files() {
    git ls-files --cached --others --exclude-standard "$@" 2>/dev/null | while read -r f; do [ -f "$f" ] && echo "$f"; done
}

sources=$(files 'src/*.c' 'src/*.h' 'tests/*.c' 'tests/*.h')
bad=
[ -z "$sources" ] || bad=$(echo "$sources" | xargs -P2 -n40 clang-format --dry-run -Werror 2>&1 | grep error: | sort | uniq)
check clang-format "$bad"

bad=$(files 'src/*' 'tests/*' 'scripts/*' '*.build' Makefile | grep -Ev '\.(txt|json|md|1)$' |
    xargs -r awk 'FNR <= 2 && /SPDX-License-Identifier: MIT/ { ok[FILENAME] = 1 }
        { seen[FILENAME] = 1 } END { for (f in seen) if (!(f in ok)) print f }')
check spdx "$bad"

bad=$(for f in $sources; do
    n=$(wc -l <"$f")
    [ "$n" -le 800 ] || head -12 "$f" | grep -qi 'long because' || echo "$f: $n lines"
done)
check length "$bad"

# Headers of the operating system belong to src/host/<os>, and to the hosted programs.
allowed='stdint|stddef|stdbool|stdarg|stdatomic|stdnoreturn|limits|string|errno|inttypes|cpuid|immintrin|arm_neon'
# The supervisor is a hosted program; what it asks of the C library is POSIX's, which every host has.
posix='fcntl|signal|stdlib|sys/mman|sys/wait|time|unistd'
bad=$(files 'src/*.c' 'src/*.h' 'src/*.S' | grep -Ev '^src/(host/[^/]+/|cli/|image/)' |
    xargs -r grep -nE '^ *# *include *<' | grep -vE "<($allowed)\.h>" |
    grep -vE "^src/supervisor/[^:]*:[0-9]+:#include <($posix)\.h>")
check system-headers "$bad"

# A layer includes what stands below it.
below() { # FOLDER, the layers that it may include
    files "src/$1/*.c" "src/$1/*.h" | xargs -r grep -nE '^ *# *include *"[a-z]+/' |
        grep -E '"(abi|base|host|engine|kernel|fs|net|sys|supervisor|cli|image)/' | grep -vE "\"($2)/"
}
bad=$(
    below base 'base|abi'
    below abi 'abi|base'
    below host 'abi|base|host'
    below engine 'abi|base|host|engine'
    below kernel 'abi|base|host|engine|kernel|supervisor'
    below fs 'abi|base|host|kernel|fs|net|supervisor'
    below net 'abi|base|host|kernel|net|fs|supervisor'
    below sys 'abi|base|host|engine|kernel|fs|net|sys|supervisor'
    below supervisor 'abi|base|host|supervisor'
    below cli 'abi|base|host|supervisor|cli'
    below image 'abi|base|host|image|cli'
)
check layers "$bad"

bad=$(files 'src/*' 'tests/*' 'scripts/*' 'docs/*' README.md Makefile | grep -v '^scripts/check-format.sh$' |
    xargs -r grep -nE '\b(TODO|FIXME|XXX)\b')
check unfinished-words "$bad"

exit $status
