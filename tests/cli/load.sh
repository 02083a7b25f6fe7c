# SPDX-License-Identifier: MIT
# test: timeout=300
# Taking in images: what comes out of layers, the formats of archives, names, listing and removing.
. "$TESTS/cli/_image.sh"
cd "$WORK" || exit 1

make_archive oci three.tar
check load-oci "Loaded image: example.org/team/three:v1" "$("$CORACLE" load three.tar 2>&1)"
roots=$XDG_DATA_HOME/coracle/roots
check layers "/ 40755 0:0 links=12
/becomes-file 100644 0:0 links=1 b'now a file\n'
/becomes-folder 40755 0:0 links=2
/becomes-folder/in 100644 0:0 links=1 b'in\n'
/bin 40755 0:0 links=2
/bin/tool 100644 5:0 links=1 b'tool 3\n'
/data 40755 0:0 links=2
/data/new 100644 0:0 links=1 b'new\n'
/dev 40755 0:0 links=2
/dev/null 20666 0:0 links=1 device=1:3
/empty 100000 0:0 links=1 b''
/etc 40755 3:4 links=2
/etc/kept 100600 7:8 links=1 b'kept\n'
/größe 100644 0:0 links=1 b'utf-8\n'
/lib 120777 0:0 links=1 -> usr/lib
/locked 40000 0:0 links=2
/locked/in 100644 0:0 links=1 b'in\n'
/one 100644 0:0 links=2 b'linked\n' user.note=hello
/pipe 10644 0:0 links=1
/run 40755 0:0 links=3
/run/deep 40755 0:0 links=2
/run/deep/er 100644 0:0 links=1 b'pid\n'
/three 100644 0:0 links=2 b'linked\n' user.note=hello
/tmp 41777 0:0 links=2
/two 100644 0:0 links=1 b'no longer linked\n'
/usr 40755 0:0 links=3
/usr/lib 40755 0:0 links=2
/usr/lib/through 100644 0:0 links=1 b'through a link\n'
/var 40755 0:0 links=2
/var/run 120777 0:0 links=1 -> /run
/xxxxxxxxxxxxxxxxxxx... 100644 0:0 links=1 b'long\n'" \
    "$(PYTHONIOENCODING=utf-8 /usr/bin/python3 "$TESTS/cli/image_archive.py" show "$roots"/* 2>&1)"
check configuration "user 1000:100
entrypoint /bin/sh
entrypoint -c
cmd echo default
cmd 
env PATH=/bin
env GREETING=two\\nlines \\\\ and a backslash" "$(tail -n 7 "$XDG_DATA_HOME/coracle/images/example.org%team%three/v1")"

make_archive oci-gz three.tar.gz
check load-gzip "Loaded image: three:latest" "$("$CORACLE" load three.tar.gz 2>&1)"
make_archive oci-zstd three.tar.zst
check load-zstd "Loaded image: three-zstd:latest" "$("$CORACLE" load three.tar.zst 2>&1)"
check equal-layers-have-one-root 1 "$(ls "$roots" | wc -l)"
make_archive docker docker.tar
check load-docker-archive "Loaded image: three:docker
Loaded image: other:2" "$("$CORACLE" load -i docker.tar 2>&1)"
make_archive unnamed Hello.tar
check name-of-the-file "Loaded image: hello:latest" "$("$CORACLE" load Hello.tar 2>&1)"
check standard-input "Loaded image: piped:3" "$("$CORACLE" load -t piped:3 - <Hello.tar 2>&1)"
make_archive two two.tar
check two-images "Loaded image: first:1
Loaded image: second:2" "$("$CORACLE" load two.tar 2>&1)"
check one-tag-for-two "coracle: --tag names one image, and the archive has 2" "$("$CORACLE" load -t x two.tar 2>&1)"
make_archive platforms platforms.tar
check platforms "Loaded image: platforms:latest" "$("$CORACLE" load platforms.tar 2>&1)"
check own-platform "arch amd64" "$(grep arch "$XDG_DATA_HOME/coracle/images/platforms/latest")"
"$CORACLE" load -q --platform linux/arm64 platforms.tar
check other-platform "arch arm64" "$(grep arch "$XDG_DATA_HOME/coracle/images/platforms/latest")"
mkdir layout && tar -xf three.tar -C layout
check folder-of-a-layout "Loaded image: example.org/team/three:v1" "$("$CORACLE" load layout 2>&1)"

check images "busybox example.org/team/three first hello other piped platforms second three three three-zstd" \
    "$("$CORACLE" images | awk 'NR > 1 { print $1 }' | xargs)"
check images-json "three docker ['/bin/sh', '-c'] ['echo default', ''] two
lines \\ and a backslash" "$("$CORACLE" images --json | /usr/bin/python3 -c '
import json, sys
for i in json.load(sys.stdin):
    if i["tag"] == "docker": print(i["name"], i["tag"], i["entrypoint"], i["cmd"], i["env"][1].split("=")[1])')"
check rmi "removed first:1
removed second:2" "$("$CORACLE" rmi first:1 second:2 2>&1)"
check rmi-again "coracle: there is no image 'first:1' that could be removed" "$("$CORACLE" rmi first:1 2>&1)"
"$CORACLE" rmi three three-zstd example.org/team/three:v1 three:docker hello platforms piped:3 >/dev/null
check shared-root-stays-until-its-last-image "$(ls "$roots" | wc -l) root" "1 root"
"$CORACLE" rmi other:2 >/dev/null
check nothing-is-left "" "$(store_content)"

mkdir -p "$XDG_DATA_HOME/coracle/tmp/killed/rootfs" && echo x >"$XDG_DATA_HOME/coracle/tmp/killed/rootfs/file"
"$CORACLE" load -q Hello.tar
check what-a-killed-load-left-goes "" "$(ls "$XDG_DATA_HOME/coracle/tmp")"

check no-such-file "coracle: nowhere.tar cannot be opened: No such file or directory" "$("$CORACLE" load nowhere.tar 2>&1)"
check bad-option "coracle: load: there is no option '--colour'" "$("$CORACLE" load --colour x 2>&1)"
check bad-number "coracle: load: '0x' is no value for --max-size" "$("$CORACLE" load --max-size 0x x 2>&1)"
finish
