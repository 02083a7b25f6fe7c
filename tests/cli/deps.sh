# SPDX-License-Identifier: MIT
# test: user=root
# What `make run` and `make test` do about missing packages: install them as root or through sudo -n, or print the one line and stop.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1
chmod 755 "$WORK"
cp "$BUILD/../scripts/deps.sh" deps.sh
mkdir tools && cd tools || exit 1
cat >dpkg-query <<'END'
#!/bin/sh
for p in make gcc libc6-dev meson ninja-build pkg-config libjson-c-dev libssl-dev; do echo "$p installed"; done
END
cat >apt-get <<'END'
#!/bin/sh
echo "apt-get $*" >&2
END
cat >sudo <<'END'
#!/bin/sh
[ "$CAN_SUDO" ] && [ "$1" = -n ] && shift && exec "$@"
exit 1
END
chmod 755 ./* && cd ..
mkdir user && printf '#!/bin/sh\necho 1000\n' >user/id && mkdir root && printf '#!/bin/sh\necho 0\n' >root/id && chmod 755 user/id root/id

deps() { # WHO
    PATH=$WORK/$1:$WORK/tools:$PATH sh deps.sh build 2>&1
    echo "status $?"
}
check prints-the-line "Some packages are missing. Install them with
    sudo apt-get install --no-install-recommends libarchive-dev busybox-static
status 1" "$(CAN_SUDO= deps user)"
installs="installing libarchive-dev busybox-static
apt-get -q update
apt-get -q -y install --no-install-recommends libarchive-dev busybox-static
status 0"
check installs-as-root "$installs" "$(CAN_SUDO= deps root)"
check installs-by-sudo "$installs" "$(CAN_SUDO=1 deps user)"
finish
