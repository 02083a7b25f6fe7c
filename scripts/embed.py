#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes a file as a C array: embed.py INPUT OUTPUT NAME."""
import sys

data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "w") as out:
    out.write("static const unsigned char %s[%d] __attribute__((aligned(4096))) = {" % (sys.argv[3], len(data)))
    out.write(",".join(str(b) for b in data))
    out.write("};\n")
