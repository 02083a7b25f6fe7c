# SPDX-License-Identifier: MIT
# test: timeout=300
# Containers of images: what comes with Coracle, and what was loaded; how the image says to run it, what its files mean, volumes.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1

check busybox "hello" "$("$CORACLE" run --rm busybox echo hello 2>&1)"
check its-command-is-a-shell "42" "$(echo 'echo $((6 * 7))' | "$CORACLE" run --rm -i busybox 2>&1)"
check no-such-image "125 coracle: there is no image 'nothing' here" "$("$CORACLE" run --rm nothing true 2>text; echo $? $(head -1 text))"
make_archive arm arm.tar && "$CORACLE" load -q arm.tar
check other-architecture "125 coracle: the image arm is for arm64, and there is no engine for that on this machine" \
    "$("$CORACLE" run --rm arm /bin/sh 2>text; echo $? $(head -1 text))"

make_archive busybox image.tar && "$CORACLE" load -q image.tar || exit 1
run() { # the image as it says: /bin/sh -c SCRIPT
    "$CORACLE" run --rm "$@" 2>&1
}
check default-command "default" "$(run loaded:1)"
check user-and-folder "uid=1000(user) gid=100(users) /srv" "$(run loaded:1 'echo $(id) $(pwd)' | sed 's/ groups=[^ ]*//')"
check environment "two
lines \\ and a backslash" "$(run loaded:1 'echo "$GREETING"')"
check what-files-mean "/etc/a 644 0:0 2
/etc/b 644 0:0 2
/etc/owned 640 12:34 1
/etc/setuid 4755 0:0 1
/etc/zero 666 0:0 1
/tmp 1777 0:0 2" "$(run loaded:1 'stat -c "%n %a %u:%g %h" /etc/a /etc/b /etc/owned /etc/setuid /etc/zero /tmp')"
check device "character special file 1 5" "$(run loaded:1 'stat -c "%F %t %T" /etc/zero')"
check permissions "cat: can't open '/etc/secret': Permission denied" "$(run loaded:1 'cat /etc/secret')"
check root-may "secret" "$(run -u 0 loaded:1 'cat /etc/secret')"
check whiteout "ls: /etc/gone: No such file or directory" "$(run loaded:1 'ls /etc/gone')"
check write-through-a-hard-link "changed" "$(run -u 0 loaded:1 'echo changed >/etc/a; cat /etc/b')"
check the-image-stays "both" "$(run loaded:1 'cat /etc/b')"
check copied-file-keeps-its-number "same" "$(run -u 0 loaded:1 'a=$(stat -c %i /etc/owned); echo >>/etc/owned
[ "$a" = "$(stat -c %i /etc/owned)" ] && echo same')"

check working-directory-is-made "/new/deep 0:0 755" "$(run -w /new/deep loaded:1 'echo $(pwd) $(stat -c "%u:%g %a" .)')"

mkdir volume && echo inside >volume/file
check volume-in-a-new-folder "inside
a
drwxr-xr-x 0:0" "$(run -u 0 -v "$WORK/volume:/new/place" loaded:1 'cat /new/place/file; echo a >/new/place/made; cat /new/place/made
stat -c "%A %u:%g" /new')"
check volume-was-written "a" "$(cat volume/made)"
check volume-of-a-file "inside" "$(run -v "$WORK/volume/file:/etc/passwd" loaded:1 'cat /etc/passwd' | tail -1)"
check read-only-volume "/bin/sh: can't create /v/x: Read-only file system" \
    "$(run -u 0 -v "$WORK/volume:/v:ro" loaded:1 'echo >/v/x' | sed 's/: line [0-9]*:/:/')"
check volume-behind-a-link "inside inside" \
    "$(run -v "$WORK/volume:/var/run/place" busybox sh -c 'echo $(cat /var/run/place/file /run/place/file)')"

# Removing an image leaves a container that uses it alone.
mkfifo go
"$CORACLE" run --rm -i loaded:1 'read line; cat /etc/b' <go >said 2>&1 &
exec 5>go
for _ in $(seq 100); do
    [ -z "$(ls "$XDG_DATA_HOME/coracle/run" 2>/dev/null)" ] || break
    sleep 0.05
done
sleep 0.3
"$CORACLE" rmi loaded:1 >/dev/null
echo go >&5
exec 5>&-
wait $!
check removed-while-in-use "both" "$(cat said)"

# What a killed supervisor could not remove goes with the end of the next container.
scratch() {
    ls "$XDG_DATA_HOME/coracle/run" "$XDG_RUNTIME_DIR/coracle" 2>/dev/null | grep -v : | xargs
}
mkfifo wait
"$CORACLE" run --rm -i busybox cat <wait >/dev/null 2>&1 &
client=$!
exec 5>wait
for _ in $(seq 100); do
    [ "$(scratch | wc -w)" != 2 ] || break
    sleep 0.05
done
kill -KILL "$(pgrep -P $client | head -1)"
wait $client
exec 5>&-
check killed-supervisor "2" "$(scratch | wc -w)"
"$CORACLE" run --rm busybox true
for _ in $(seq 100); do
    [ -n "$(scratch)" ] || break
    sleep 0.05
done
check swept-by-the-next "" "$(scratch)"

"$CORACLE" rmi arm >/dev/null
check files-go-with-the-next-command "" "$(store_content)"
finish
