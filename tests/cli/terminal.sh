# SPDX-License-Identifier: MIT
# test: timeout=120
# A container's terminal: keys, jobs, the size, editors, and the user's own terminal afterwards.
ROOT=$WORK/root
cp -R "$TREE/share/coracle/images/busybox" "$ROOT"
ROOT=$ROOT exec /usr/bin/python3 "$TESTS/cli/terminal.py"
