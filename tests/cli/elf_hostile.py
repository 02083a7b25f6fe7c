# SPDX-License-Identifier: MIT
"""elf_hostile.py CORACLE FOLDER: runs programs whose headers are cut, changed or nonsense. Each must end as a program may
end (a status, a signal of its own, or one clear line), and never with a fault of ours."""
import random
import struct
import subprocess
import sys

coracle, folder = sys.argv[1:]
SOURCE = "int main(void) { return 42; }\n"
INTERESTING = [0, 1, 2, 7, 0x7f, 0xfff, 0x1000, 0x1001, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffff,
               0x7ea000000000, 0x7ea040000000, 0x800000000000, 0x7fffffffffffffff, 0xfffffffffffff000,
               0xffffffffffffffff]


def build(name, *flags):
    path = f"{folder}/{name}"
    subprocess.run(["gcc", "-O1", "-x", "c", "-", "-o", path, *flags], input=SOURCE.encode(), check=True)
    with open(path, "rb") as f:
        return f.read()


def try_file(label, data):
    """What went wrong, or None."""
    path = f"{folder}/hostile"
    with open(path, "wb") as f:
        f.write(data)
    subprocess.run(["chmod", "755", path], check=True)
    try:
        done = subprocess.run([coracle, "run-elf", path], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    except subprocess.TimeoutExpired:
        return f"{label}: does not end"
    said = (done.stdout + done.stderr).decode(errors="replace")
    if "inside the kernel library" in said or "assert" in said:
        return f"{label}: {said[:600]}"
    if done.returncode == 125:
        return f"{label}: our own error: {said[:300]}"
    if done.returncode in (126, 127) and len(said.splitlines()) != 1:
        return f"{label}: status {done.returncode}, but said: {said[:300]!r}"
    return None


def headers(data):
    """Offsets and sizes of the fields of the file's header and program headers."""
    phoff, phnum = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    fields = [(4, 1), (5, 1), (16, 2), (18, 2), (20, 4), (24, 8), (32, 8), (52, 2), (54, 2), (56, 2)]
    for i in range(phnum):
        at = phoff + 56 * i
        fields += [(at, 4), (at + 4, 4), (at + 8, 8), (at + 16, 8), (at + 32, 8), (at + 40, 8), (at + 48, 8)]
    return fields


def main():
    programs = {"static": build("static", "-static"), "pie": build("pie", "-static-pie"), "dynamic": build("dynamic")}
    failures = {"cut": [], "one field": [], "many fields": [], "nonsense": []}
    rng = random.Random(20)
    for name, data in programs.items():
        for size in [0, 1, 4, 16, 63, 64, 100, 64 + 56, 500, 4096, len(data) // 2, len(data) - 1]:
            failures["cut"].append(try_file(f"{name} cut to {size}", data[:size]))
        fields = headers(data)
        for _ in range(120):
            at, size = rng.choice(fields)
            value = rng.choice(INTERESTING) & ((1 << 8 * size) - 1)
            changed = bytearray(data)
            changed[at:at + size] = value.to_bytes(size, "little")
            failures["one field"].append(try_file(f"{name}, {size} bytes at {at}: {value:#x}", bytes(changed)))
        for n in range(60):
            changed = bytearray(data)
            for at, size in rng.sample(fields, 4):
                changed[at:at + size] = rng.randbytes(size) if n % 2 else \
                    (rng.choice(INTERESTING) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
            failures["many fields"].append(try_file(f"{name}, set {n} of fields", bytes(changed)))
    for n in range(40):
        start = programs["static"][:rng.choice([4, 16, 20, 64])]
        failures["nonsense"].append(try_file(f"nonsense {n}", start + rng.randbytes(rng.randrange(8000))))
    for group, found in failures.items():
        bad = [text for text in found if text]
        print(f"not ok {group}" if bad else f"ok {group}")
        for text in bad[:20]:
            print("    " + text.replace("\n", "\n    "))
    return any(text for found in failures.values() for text in found)


sys.exit(main())
