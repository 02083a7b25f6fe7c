# SPDX-License-Identifier: MIT
# test: timeout=4000 user=root
# Archives with random damage, under sanitizers, for SECONDS_EACH seconds (60); the next run goes on where this one ended.
at=$CACHE/soak-archives
from=$(cat "$at" 2>/dev/null || echo 0)
end=$(($(date +%s) + ${SECONDS_EACH:-60}))
while [ "$(date +%s)" -lt $end ]; do
    if ! CORACLE_FUZZ_FROM=$from CORACLE_FUZZ=200 "$BUILD/../build-asan/tests/unit/image_fuzz_test" >text 2>&1; then
        echo "not ok archives-from-$from"
        cat text
        exit 1
    fi
    from=$((from + 200))
    mkdir -p "$CACHE" && echo "$from" >"$at"
done
echo "ok archives"
echo "rounds up to $from"
