#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes archives of images for tests, and reads the index of a loaded one.

    image_archive.py make KIND FILE     an archive; the kinds are the functions of KINDS
    image_archive.py pack FOLDER FILE   an archive of a folder, called packed:latest
    image_archive.py wrap TAR FILE NAME an image of that tar, and etc/noted with an attribute
    image_archive.py show ROOT          a line for each name of a root of the store, from its index

Devices and foreign owners exist in the archives alone, so nothing here needs to be root.
"""
import gzip
import hashlib
import io
import json
import os
import struct
import sys
import tarfile


def entry(name, kind=tarfile.REGTYPE, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mtime, info.mode = kind, len(data), 1000000000, 0o644
    pax = fields.pop("pax", {})
    for key, value in fields.items():
        setattr(info, key, value)
    info.pax_headers = pax
    return info, data


def folder(name, **fields):
    return entry(name, tarfile.DIRTYPE, **{"mode": 0o755, **fields})


def link(name, target, **fields):
    return entry(name, tarfile.SYMTYPE, linkname=target, **fields)


def hard(name, target):
    return entry(name, tarfile.LNKTYPE, linkname=target)


def tar(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


CONFIG = {"Env": ["PATH=/bin", "GREETING=two\nlines \\ and a backslash"], "Entrypoint": ["/bin/sh", "-c"],
          "Cmd": ["echo default", ""], "WorkingDir": "/srv", "User": "1000:100"}


class Image:
    """The blobs of an image in the making."""

    def __init__(self, layers, compress=lambda i, data: data, arch="amd64", config=CONFIG, os_name="linux"):
        self.layers = [compress(i, data) for i, data in enumerate(layers)]
        self.config = json.dumps({"architecture": arch, "os": os_name, "created": "2026-01-02T03:04:05Z", "config": config,
                                  "rootfs": {"type": "layers", "diff_ids": [digest(d) for d in layers]}}).encode()
        self.arch = arch

    def manifest(self):
        kind = "application/vnd.oci.image."
        return json.dumps({
            "schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
            "config": {"mediaType": kind + "config.v1+json", "digest": digest(self.config), "size": len(self.config)},
            "layers": [{"mediaType": kind + "layer.v1.tar", "digest": digest(d), "size": len(d)} for d in self.layers],
        }).encode()

    def blobs(self):
        return [self.manifest(), self.config] + self.layers

    def descriptor(self, name=None):
        found = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest(self.manifest()),
                 "size": len(self.manifest()), "platform": {"os": "linux", "architecture": self.arch}}
        if name:
            found["annotations"] = {"org.opencontainers.image.ref.name": name}
        return found


def blob_name(data):
    return "blobs/sha256/" + hashlib.sha256(data).hexdigest()


def oci_members(images, names):
    """index.json stands last, so that blobs must be found in any order."""
    members = [("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')]
    blobs = {blob_name(b): b for image in images for b in image.blobs()}
    members += list(blobs.items())
    index = {"schemaVersion": 2, "manifests": [i.descriptor(n) for i, n in zip(images, names)]}
    return members + [("index.json", json.dumps(index).encode())]


def oci(images, names):
    return tar([entry("./" + name, data=data) for name, data in oci_members(images, names)])


def docker(image, names):
    """As docker wrote it for long: an equal layer is a symbolic link to the first of its content."""
    config = hashlib.sha256(image.config).hexdigest() + ".json"
    entries, layers, seen = [entry(config, data=image.config)], [], {}
    for i, data in enumerate(image.layers):
        name = f"{i:064x}/layer.tar"
        entries.append(folder(os.path.dirname(name)))
        entries.append(link(name, "../" + seen[data]) if data in seen else entry(name, data=data))
        seen.setdefault(data, name)
        layers.append(name)
    manifest = [{"Config": config, "RepoTags": names, "Layers": layers}]
    return tar(entries + [entry("manifest.json", data=json.dumps(manifest).encode())])


def pack(root, name):
    """An archive of a folder, with times to the second and everything root's."""
    out = io.BytesIO()

    def owned(info):
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        return info

    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(root, arcname="./", filter=owned)
    return docker(Image([out.getvalue()], config={}), [name])


def three_layers():
    """What layers can do to each other. `show` prints what must come out of it."""
    first = [folder("./"), folder("bin"), entry("bin/tool", data=b"tool 1\n", mode=0o4755), folder("etc"),
             entry("etc/gone", data=b"x"), entry("etc/kept", data=b"kept\n", uid=7, gid=8, mode=0o600), folder("data"),
             entry("data/old1", data=b"1"), folder("data/old"), entry("data/old/2", data=b"2"), folder("tmp", mode=0o1777),
             entry("one", data=b"linked\n", pax={"SCHILY.xattr.user.note": "hello"}), hard("two", "one"),
             link("lib", "usr/lib"), folder("usr"), folder("usr/lib"), folder("run"), folder("var"), link("var/run", "/run"),
             entry("dev/null", tarfile.CHRTYPE, devmajor=1, devminor=3, mode=0o666), entry("pipe", tarfile.FIFOTYPE),
             entry("becomes-folder", data=b"f"), folder("becomes-file"), entry("becomes-file/in", data=b"i"),
             entry("empty", mode=0o000), folder("locked", mode=0o000)]
    second = [entry("etc/.wh.gone"), entry("etc/.wh.never-there"), entry("data/new", data=b"new\n"), entry("data/.wh..wh..opq"),
              hard("three", "two"), entry("lib/through", data=b"through a link\n"), entry("/var/run/deep/er", data=b"pid\n"),
              folder("becomes-folder"), entry("becomes-folder/in", data=b"in\n"), entry("becomes-file", data=b"now a file\n"),
              entry("locked/in", data=b"in\n")]
    third = [entry("two", data=b"no longer linked\n", mtime=1000000001), entry("bin/tool", data=b"tool 3\n", uid=5),
             folder("etc", uid=3, gid=4), entry("größe", data=b"utf-8\n"), entry("x" * 200, data=b"long\n")]
    return [tar(first), tar(second), tar(third)]


def packed(i, data):
    return gzip.compress(data) if i == 0 else data


def zstd(data):
    import subprocess
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def layers(*contents, **more):
    return oci([Image([tar(c) for c in contents], **more)], ["hostile"])


def replaced(data, old, new):
    assert old in data
    return data.replace(old, new)


def damaged_layer():
    image = Image(three_layers(), packed)
    data = oci([image], ["hostile"])
    return replaced(data, image.layers[1], image.layers[1][:600] + b"!" + image.layers[1][601:])


def wrong_diff_id():
    image = Image([tar([entry("a", data=b"a")])])
    image.config = replaced(image.config, digest(image.layers[0]).encode(), digest(b"else").encode())
    return oci([image], ["hostile"])


def wrong_size():
    image = Image([tar([entry("a", data=b"a")])])
    manifest = image.manifest().replace(b'"size": 10240', b'"size": 10241')
    image.manifest = lambda: manifest
    return oci([image], ["hostile"])


def missing_blob():
    image = Image(three_layers())
    members = [m for m in oci_members([image], ["hostile"]) if m[1] != image.layers[2]]
    return tar([entry(name, data=data) for name, data in members])


def sparse_bomb():
    """A file of 8 EiB that takes up a block."""
    info, _ = entry("huge", pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "huge",
                                 "GNU.sparse.realsize": str(1 << 62)})
    data = b"0\n".ljust(512, b"\0")
    info.size = len(data)
    return layers([(info, data)])


def devices(n):
    return [entry(f"dev/{i}", tarfile.BLKTYPE, devmajor=8, devminor=i & 255) for i in range(n)]


KINDS = {
    "oci": lambda: oci([Image(three_layers(), packed)], ["example.org/team/three:v1"]),
    "oci-gz": lambda: gzip.compress(oci([Image(three_layers(), packed)], ["three"])),
    "oci-zstd": lambda: zstd(oci([Image(three_layers(), lambda i, d: zstd(d))], ["three-zstd"])),
    "docker": lambda: docker(Image(three_layers() + [tar([])] * 2), ["three:docker", "docker.io/library/other:2"]),
    "platforms": lambda: oci([Image([tar([entry(a)])], arch=a) for a in ("arm64", "amd64")], [None, None]),
    "two": lambda: oci([Image([tar([entry(a)])]) for a in ("a", "b")], ["first:1", "second:2"]),
    "arm": lambda: oci([Image([tar([entry("bin/sh", mode=0o755)])], arch="arm64")], ["arm"]),
    "unnamed": lambda: oci([Image([tar([entry("a")])])], ["latest"]),
    "busybox": lambda: busybox(),
}

HOSTILE = {
    "dot-dot": lambda: layers([entry("../escaped", data=b"x")]),
    "dot-dot-inside": lambda: layers([folder("a"), entry("a/../../escaped", data=b"x")]),
    "symlink-up": lambda: layers([link("up", "../../../../.."), entry("up/escaped", data=b"x")]),
    "symlink-absolute": lambda: layers([link("out", os.environ["OUTSIDE"]), entry("out/escaped", data=b"x")]),
    "symlink-other-layer": lambda: layers([link("out", os.environ["OUTSIDE"])], [entry("out/escaped", data=b"x")]),
    "symlink-whiteout": lambda: layers([link("out", os.environ["OUTSIDE"])], [entry("out/.wh.victim")]),
    "symlink-opaque": lambda: layers([link("out", os.environ["OUTSIDE"])], [entry("out/.wh..wh..opq")]),
    "symlink-loop": lambda: layers([link("a", "b"), link("b", "a"), entry("a/x", data=b"x")]),
    "symlink-swap": lambda: layers([folder("d"), link("e", "../d/../.."), entry("e/escaped", data=b"x")]),
    "hard-link-out": lambda: layers([hard("stolen", "../../../../../../../../" + os.environ["OUTSIDE"] + "/victim")]),
    "hard-link-absolute": lambda: layers([hard("stolen", os.environ["OUTSIDE"] + "/victim")]),
    "hard-link-symlink": lambda: layers([link("out", os.environ["OUTSIDE"]), hard("stolen", "out/victim")]),
    "hard-link-folder": lambda: layers([folder("d"), hard("e", "d")]),
    "hard-link-missing": lambda: layers([hard("e", "nowhere")]),
    "whiteout-dots": lambda: layers([folder("d"), entry("d/.wh...")]),
    "file-as-root": lambda: layers([entry("./", data=b"x")]),
    "file-as-folder": lambda: layers([entry("f"), entry("f/in")]),
    "reserved-name": lambda: layers([folder(".coracle"), entry(".coracle/meta")]),
    "owner-too-large": lambda: layers([entry("a", pax={"uid": "99999999999"})]),
    "name-too-long": lambda: layers([entry("n" * 256)]),
    "path-too-long": lambda: layers([folder("/".join(["d"] * 2100))]),
    "sparse-bomb": sparse_bomb,
    "member-outside": lambda: tar([entry("../../escaped", data=b"x"), entry("index.json", data=b"{}")]),
    "member-absolute": lambda: tar([entry(os.environ["OUTSIDE"] + "/escaped", data=b"x")]),
    "member-link": lambda: tar([link("index.json", os.environ["OUTSIDE"] + "/victim")]),
    "damaged-layer": damaged_layer,
    "wrong-diff-id": wrong_diff_id,
    "wrong-size": wrong_size,
    "missing-blob": missing_blob,
    "windows": lambda: layers([entry("a")], os_name="windows"),
    "not-json": lambda: tar([entry("index.json", data=b"{\"manifests\": [")]),
    "deep-json": lambda: tar([entry("index.json", data=b"[" * 100000)]),
    "no-image": lambda: tar([entry("hello", data=b"x")]),
    "not-tar": lambda: b"This is no archive.\n" * 1000,
    "layer-not-tar": lambda: oci([Image([b"This is no archive.\n" * 100])], ["hostile"]),
    "empty-file": lambda: b"",
    "truncated": lambda: KINDS["oci"]()[:9000],
    "truncated-gz": lambda: KINDS["oci-gz"]()[:-2000],
    "bad-name": lambda: oci([Image([tar([entry("a")])])], ["../../escaped"]),
    "many-devices": lambda: layers(devices(1000)),
    "too-large": lambda: layers([entry("big", data=b"\0" * (3 << 20))], compress=lambda i, d: gzip.compress(d)),
}


def busybox():
    """The busybox of the machine, as an image with a user, an entrypoint and files of root's alone."""
    with open("/bin/busybox", "rb") as f:
        program = f.read()
    base = [folder("bin"), entry("bin/busybox", data=program, mode=0o755), folder("etc"), folder("tmp", mode=0o1777),
            folder("srv"), entry("etc/passwd", data=b"root:x:0:0::/:/bin/sh\nuser:x:1000:100::/srv:/bin/sh\n"),
            entry("etc/group", data=b"root:x:0:\nusers:x:100:\n"), entry("etc/secret", data=b"secret\n", mode=0o600),
            entry("etc/owned", data=b"o\n", uid=12, gid=34, mode=0o640), entry("etc/setuid", data=b"s\n", mode=0o4755),
            entry("etc/noted", data=b"n\n", pax={"SCHILY.xattr.user.note": "hello"}), entry("etc/gone", data=b"g\n")]
    base += [link(f"bin/{name}", "busybox") for name in ("sh", "ls", "cat", "stat", "id", "echo", "env", "pwd", "ln", "rm")]
    base += [entry("etc/a", data=b"both\n"), hard("etc/b", "etc/a"),
             entry("etc/zero", tarfile.CHRTYPE, devmajor=1, devminor=5, mode=0o666)]
    return oci([Image([tar(base), tar([entry("etc/.wh.gone")])], packed)], ["loaded:1"])


def show(root):
    """Prints what the index says, by reading it independently of the programs, and holds it against the files."""
    with open(os.path.join(root, "index"), "rb") as f:
        index = f.read()
    magic, version, _, size, inodes, names, _, _, inodes_at, names_at, _, data_at, _ = struct.unpack_from("<8sIIQIIIIQQQQQ", index)
    assert magic == b"CoraclIx" and version == 1 and size == len(index)

    def inode(n):
        return dict(zip("ino size mtime nsec mode uid gid nlink major minor first child children parent xsize xat target".split(),
                        struct.unpack_from("<QQq14I", index, inodes_at + 80 * n)))

    def walk(number, path):
        folder = inode(number)
        for n in range(folder["child"], folder["child"] + folder["children"]):
            _, child, parent, _, at, length = struct.unpack_from("<6I", index, names_at + 24 * n)
            assert parent == number
            name = path + "/" + index[data_at + at:data_at + at + length].decode()
            yield name, inode(child)
            if inode(child)["mode"] & 0o170000 == 0o040000:
                yield from walk(child, name)

    for name, i in [("/", inode(0))] + list(walk(0, "")):
        line = f"{name if len(name) < 40 else name[:20] + '...'} {i['mode']:o} {i['uid']}:{i['gid']} links={i['nlink']}"
        kind = i["mode"] & 0o170000
        host = os.lstat(os.path.join(root, "rootfs") + name)
        assert host.st_ino == i["ino"], name
        if kind in (0o020000, 0o060000):
            line += f" device={i['major']}:{i['minor']}"
        elif kind == 0o120000:
            target = index[data_at + i["target"]:data_at + i["target"] + i["size"]].decode()
            assert os.readlink(os.path.join(root, "rootfs") + name) == target
            line += f" -> {target}"
        elif kind == 0o100000:
            assert host.st_size == i["size"] and host.st_mtime == i["mtime"], name
            with open(os.path.join(root, "rootfs") + name, "rb") as f:
                line += f" {f.read()!r}"
        if i["xsize"]:
            a, b = struct.unpack_from("<II", index, data_at + i["xat"])
            text = index[data_at + i["xat"] + 8:data_at + i["xat"] + 8 + a + b].decode()
            line += f" {text[:a]}={text[a:]}"
        print(line)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        with open(sys.argv[3], "wb") as out:
            out.write({**KINDS, **HOSTILE}[sys.argv[2]]())
    elif sys.argv[1] == "pack":
        with open(sys.argv[3], "wb") as out:
            out.write(pack(sys.argv[2], "packed:latest"))
    elif sys.argv[1] == "wrap":
        with open(sys.argv[2], "rb") as layer, open(sys.argv[3], "wb") as out:
            noted = entry("etc/noted", data=b"noted", pax={"SCHILY.xattr.user.note": "hello"})
            out.write(oci([Image([layer.read(), tar([noted])], config={"Cmd": ["bash"], "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]})], [sys.argv[4]]))
    elif sys.argv[1] == "hostile":
        print("\n".join(HOSTILE))
    else:
        show(sys.argv[2])
