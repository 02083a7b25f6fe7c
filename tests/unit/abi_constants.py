#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""abi_constants.py constants|syscalls FILE...: lines for tests/unit/abi_*.c, on standard output, each skipped where the
headers of the host do not know the name: CONSTANT(X) for every LINUX_X of headers, or {"X", __NR_X} for every row of
syscalls.def."""
import re
import sys

kind, *paths = sys.argv[1:]
for path in paths:
    with open(path, encoding="utf-8") as text:
        source = text.read()
    if kind == "constants":
        for name in re.findall(r"^#define LINUX_(\w+)[ \t]+\S", source, re.MULTILINE):
            print(f"#ifdef {name}\nCONSTANT({name})\n#endif")
    else:
        for name in re.findall(r"^SYSCALL\(\w+, \w+, (\w+)", source, re.MULTILINE):
            print(f'#ifdef __NR_{name}\n{{"{name}", __NR_{name}}},\n#endif')
