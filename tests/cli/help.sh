# SPDX-License-Identifier: MIT
# What coracle says about itself: every command and option that it has is in its help and in the manual page.
. "$TESTS/cli/_image.sh"
page=$(sed 's/\\//g' "$TREE/share/man/man1/coracle.1")
commands=$("$CORACLE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
check commands "run run-elf trace load images rmi version" "$(echo $commands)"
for command in $commands; do
    help=$("$CORACLE" "$command" --help 2>&1)
    check "status-$command" 0 $?
    check "same-$command" "$help" "$("$CORACLE" help "$command" 2>&1)"
    missing=
    for option in $(echo "$help" | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u); do
        echo "$page" | grep -qE -- "(^|[^a-z-])$option([^a-z-]|$)" || missing="$missing $option"
    done
    echo "$page" | grep -q "^.SS coracle $command" || missing="$missing $command"
    check "manual-$command" "" "$missing"
done
check no-command 125 "$("$CORACLE" >/dev/null 2>&1; echo $?)"
check unknown-command "125 coracle: there is no command 'dance'" "$("$CORACLE" dance 2>&1 >/dev/null | head -1 | sed "s/^/$("$CORACLE" dance >/dev/null 2>&1; echo $?) /")"
check version "coracle $("$CORACLE" version | cut -d' ' -f2)" "$("$CORACLE" --version | head -1)"
check hostname-is-no-help "named" "$("$CORACLE" run -h named --rm busybox hostname 2>&1)"
finish
