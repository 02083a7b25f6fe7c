#!/bin/sh
# SPDX-License-Identifier: MIT
# quick.sh BUILD: the few tests to run before each change lands, in less than 20 seconds: the unit tests and the
# guest tests that tests/guest/quick.txt names.
set -eu
cd "$(dirname "$0")/.."
[ -f tests/run.py ] || exit 0
exec /usr/bin/python3 tests/run.py --build "${1:-build}" --quick
