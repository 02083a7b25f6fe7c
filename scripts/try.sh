#!/bin/sh
# SPDX-License-Identifier: MIT
# try.sh BUILD: shows a container of busybox, as an ordinary user would see it.
set -eu
cd "$(dirname "$0")/.."
echo "+ $1/coracle run --rm busybox sh -c 'uname -a; id; ps'"
exec "$1/coracle" run --rm busybox sh -c 'echo "Hello from a coracle."; uname -a; id; ps'
