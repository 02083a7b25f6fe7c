# SPDX-License-Identifier: MIT
# test: timeout=120 user=root
# The tarball: unpacked anywhere, moved, and reached by a link, it runs and finds its parts beside itself; nothing in it names the machine
# that it was made on.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1
chmod 755 "$WORK"
"$BUILD/../scripts/tarball.sh" "$BUILD" "$WORK" >made || {
    not_ok made
    finish
}
mkdir -m 755 "first place" && tar -xzf "$(cat made)" -C "first place"
mv "first place"/coracle-* moved && ln -s moved/bin/coracle linked

as_user() { # the test user, with a home of his own
    if [ "$(id -u)" = 0 ]; then
        install -d -o 61000 -g 61000 home
        setpriv --reuid=61000 --regid=61000 --clear-groups --no-new-privs --bounding-set=-all env -i PATH=/usr/bin:/bin \
            HOME="$WORK/home" XDG_RUNTIME_DIR="$WORK/home" "$@"
    else
        env -i PATH=/usr/bin:/bin HOME="$WORK" "$@"
    fi
}

check parts "LICENSE README.md bin libexec share" "$(ls moved | xargs)"
case "$(as_user ./linked --version)" in
[Cc]oracle*[0-9]*) ok version ;;
*) not_ok version "$(as_user ./linked --version 2>&1)" ;;
esac
check run-elf "hello" "$(as_user ./linked run-elf /bin/busybox echo hello 2>&1)"
check rootfs "hello" "$(as_user ./linked run --rm --rootfs moved/share/coracle/images/busybox /bin/echo hello 2>&1)"
make_archive oci three.tar
check load "Loaded image: example.org/team/three:v1" "$(as_user ./linked load three.tar 2>&1)"
top=$(cd "$BUILD/.." && pwd)
check names-no-place "" "$(grep -rlF "$top/" moved)"
check kernel-needs-nothing "" "$(readelf -l moved/libexec/coracle/coracle-kernel moved/bin/coracle | grep -i interpreter)"
check man-page "moved/share/man/man1/coracle.1" "$(ls moved/share/man/man1/coracle.1)"
mv moved/libexec away
as_user ./linked run-elf /bin/true 2>text
check missing-part "125 yes" "$? $(grep -q 'coracle-kernel' text && echo yes)"
finish
