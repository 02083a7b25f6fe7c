# SPDX-License-Identifier: MIT
# test: timeout=300
# Damaged and hostile archives: each is refused with status 125 and one clear sentence, leaves nothing in the store, and touches nothing
# outside of it.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1
export OUTSIDE=$WORK/outside
mkdir "$OUTSIDE" && echo untouched >"$OUTSIDE/victim"

for kind in $(/usr/bin/python3 "$TESTS/cli/image_archive.py" hostile); do
    make_archive "$kind" "$kind.tar" || exit 1
    case "$kind" in
    many-devices) limit="--max-files 500" ;;
    too-large) limit="--max-size 2M" ;;
    *) limit= ;;
    esac
    text=$(timeout 20 "$CORACLE" load $limit "$kind.tar" 2>&1)
    status=$?
    left=$(store_content)
    if [ $status != 125 ]; then
        not_ok "$kind" "exit status $status" "$text"
    elif [ "${text#coracle: }" = "$text" ]; then
        not_ok "$kind" "it was not refused by a sentence:" "$text"
    elif [ -n "$left" ]; then
        not_ok "$kind" "it left" "$left"
    elif [ "$(ls "$OUTSIDE"; cat "$OUTSIDE/victim"; stat -c %h "$OUTSIDE/victim")" != "victim
untouched
1" ] || [ -n "$(find "$WORK" "$XDG_DATA_HOME" -name escaped)" ]; then
        not_ok "$kind" "it reached outside"
    else
        ok "$kind"
    fi
    rm -f "$kind.tar"
done

# The limits can be raised.
make_archive too-large large.tar
text=$("$CORACLE" load -q --max-size 4M large.tar 2>&1) && ok raised-limit || not_ok raised-limit "$text"
"$CORACLE" rmi hostile >/dev/null

# Stopped by a signal, while it waits for the archive's end.
make_archive oci whole.tar
mkfifo pipe
"$CORACLE" load - <pipe 2>stopped &
pid=$!
exec 5>pipe
head -c 8000 whole.tar >&5
for _ in $(seq 100); do
    [ -z "$(ls "$XDG_DATA_HOME/coracle/tmp" 2>/dev/null)" ] || break
    sleep 0.05
done
kill -TERM $pid
exec 5>&-
wait $pid
status=$?
if [ -z "$(store_content)" ] && [ $status != 0 ]; then
    ok stopped
else
    not_ok stopped "exit status $status" "$(cat stopped)" "$(store_content)"
fi
finish
