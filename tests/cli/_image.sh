# SPDX-License-Identifier: MIT
# What the scripts about images share.

failed=0

ok() { # NAME
    echo "ok $1"
}

not_ok() { # NAME, then what is known about it
    echo "not ok $1"
    shift
    printf '%s\n' "$@" | head -40 | sed 's/^/    /'
    failed=1
}

check() { # NAME EXPECTED FOUND
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "expected:" "$2" "found:" "$3"
    fi
}

make_archive() { # KIND FILE
    /usr/bin/python3 "$TESTS/cli/image_archive.py" make "$1" "$2"
}

# What the store holds beyond its own empty folders and its lock.
store_content() {
    (cd "$XDG_DATA_HOME/coracle" 2>/dev/null && find . -mindepth 2 | sort)
}

finish() {
    exit $failed
}
