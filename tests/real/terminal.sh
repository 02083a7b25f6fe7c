# SPDX-License-Identifier: MIT
# test: timeout=180 needs=debian
# Debian's interactive programs in a container's terminal.
ROOT=$ROOT_DEBIAN PYTHONPATH=$TESTS/cli exec /usr/bin/python3 "$TESTS/real/terminal.py"
