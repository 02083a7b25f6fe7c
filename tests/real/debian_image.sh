# SPDX-License-Identifier: MIT
# test: timeout=300 needs=debian
# Debian as an image: loaded from an archive, and administered by the guest's root, who is nobody special on the host.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1
tar --numeric-owner --owner=0 --group=0 -C "$ROOT_DEBIAN" --exclude=./.coracle --exclude=./dev/* -cf layer.tar . || exit 1
# Other scripts write to that root meanwhile: what is in the archive counts.
names=$(tar -tf layer.tar | sed 's,/$,,' | grep -Ev '^\.$|^\./(dev|proc|sys)/' | LC_ALL=C sort | md5sum)
/usr/bin/python3 "$TESTS/cli/image_archive.py" wrap layer.tar image.tar debian && rm layer.tar &&
    "$CORACLE" load -q image.tar || exit 1
rm image.tar

debian() { # SCRIPT
    timeout 60 "$CORACLE" run --rm debian bash -c "$1" 2>&1 </dev/null
}
check its-files "$names" "$(debian "cd /; find . -xdev -mindepth 1 -not -path ./etc/noted -not -path './dev/*' -not -path './proc/*' -not -path './sys/*' | LC_ALL=C sort | md5sum")"
check python "[0, 1, 4]" "$(debian 'python3 -c "import sqlite3, subprocess; print([i * i for i in range(3)])"')"
check attributes "['user.note'] hello
['user.note', 'user.two'] hello noted
['user.two']" "$(debian 'python3 -c "
import os
p = \"/etc/noted\"
print(os.listxattr(p), os.getxattr(p, \"user.note\").decode())
os.setxattr(p, \"user.two\", b\"2\")
print(sorted(os.listxattr(p)), os.getxattr(p, \"user.note\").decode(), open(p).read())
os.removexattr(p, \"user.note\")
print(os.listxattr(p))"')"
check new-user "uid=1000(joe) gid=1000(joe) groups=1000(joe)
joe:joe
cat: /etc/shadow: Permission denied" "$(debian 'useradd -m joe; su joe -c "id; touch ~/x; stat -c %U:%G ~/x; cat /etc/shadow"')"
check set-user-id "0
1000" "$(debian 'useradd joe; cp /usr/bin/id /tmp/id; chmod 4755 /tmp/id; su joe -c "/tmp/id -u; /usr/bin/id -u"')"
check chown-and-device "12:34 640
character special file 1:3
c" "$(debian 'echo >/tmp/f; chown 12:34 /tmp/f; chmod 640 /tmp/f; stat -c "%u:%g %a" /tmp/f; mknod /tmp/n c 1 3; stat -c "%F %t:%T" /tmp/n
echo x >/tmp/n; stat -c %A /tmp/n | cut -c1')"
check install-and-remove-a-package "hello from a package
install ok installed
gone" "$(debian 'cd /tmp; mkdir -p p/DEBIAN p/opt; echo hello from a package >p/opt/file
printf "Package: t\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: d\n" >p/DEBIAN/control
{ dpkg-deb -b p && dpkg -i p.deb; } >/dev/null 2>&1; cat /opt/file; dpkg-query -W -f "\${Status}\n" t; dpkg -r t >/dev/null 2>&1; [ -e /opt/file ] || echo gone')"
check move-a-folder-of-the-image "same
3" "$(debian 'cd /usr/lib; a=$(find python3* | sort | md5sum); mv python3.11 moved && mv moved python3.11
[ "$a" = "$(find python3* | sort | md5sum)" ] && echo same; python3 -c "print(1 + 2)"')"
check remove-everything "bin" "$(debian 'rm -rf --one-file-system /etc /home /opt /root /srv /tmp /var /usr/share /usr/lib/python3*; ls -d /bin | cut -c2-')"
check the-image-is-as-before "root:x:0:0:root:/root:/bin/bash" "$(debian 'head -1 /etc/passwd')"
finish
