# SPDX-License-Identifier: MIT
# test: timeout=300
# Programs with broken and hostile headers.
exec /usr/bin/python3 "$TESTS/cli/elf_hostile.py" "$CORACLE" "$WORK"
