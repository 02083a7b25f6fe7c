# SPDX-License-Identifier: MIT
# test: timeout=120
# A root folder full of ways out: each ends at the container's own root, and what lies outside is neither read nor changed.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1
cp -R "$TREE/share/coracle/images/busybox" root
mkdir outside volume && echo secret >outside/victim && echo inside >volume/file
out=$WORK/outside
ln -s "$out" root/absolute
ln -s "../../../../../../../../..$out" root/relative
ln -s "$out/victim" root/file
ln -s / root/top
ln -s /proc/self/root root/proc-root
ln -s "../../../..$out" volume/up
ln -s "$out" volume/out
mkdir -p root/a/b && ln -s ../../.. root/a/b/above

run() { # SCRIPT
    "$CORACLE" run --rm --rootfs root -v "$WORK/volume:/v" /bin/sh -c "$1" 2>/dev/null
}
check hard-link-of-a-link "no" "$(run 'ln /file /hard && cat /hard || echo no')"
for way in /absolute /relative /top"$out" /proc-root"$out" "/../..$out" "/a/b/../../../..$out" "/a/b/above$out" /v/up /v/out \
    "/v/..$out" "/proc/self/cwd/..$out" "/proc/1/root/..$out" "/proc/self/fd/3/../..$out"; do
    check "read$way" "" "$(run "exec 3</a/b; cat $way/victim" | grep secret)"
    run "echo changed >$way/victim; echo made >$way/new; mkdir -p $way/folder; rm -f $way/victim; mv /etc/group $way/; ln /etc/passwd $way/linked; chmod 0 $way/victim"
    check "change$way" "victim secret" "$(ls outside) $(cat outside/victim)"
done
check link-to-a-file "" "$(run 'cat /file; echo changed >/file')"
check up-from-the-root "bin" "$(run 'cd /; cd ../../..; ls -d bin')"
check up-from-a-volume "/" "$(run 'cd /v/..; pwd')"
check moved-folder "/" "$(run 'mkdir -p /m/n/o; cd /m/n/o; mv /m/n /; cd ../../..; pwd -P')"
check outside-is-untouched "victim secret 1" "$(ls outside) $(cat outside/victim) $(stat -c %h outside/victim)"
check nothing-was-made-beside "outside root volume" "$(ls | grep -v text | xargs)"
finish
