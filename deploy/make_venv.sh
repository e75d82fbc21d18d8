#!/bin/sh
# Make the virtual environment $VENV with $PYTHON; Debian splits python3-venv off, so say what to install where it is missing.
set -eu
PYTHON="${PYTHON:-}"
if [ -z "$PYTHON" ] || ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "需要 Python 3.11 或更高版本。Debian 12: apt install python3 python3-venv" >&2
    exit 1
fi
if "$PYTHON" -m venv "$VENV" 2>/dev/null; then
    exit 0
fi
rm -rf "$VENV"
# Without ensurepip the environment can still be made, if pip itself is there for it to borrow.
if "$PYTHON" -m venv --without-pip "$VENV" 2>/dev/null && "$PYTHON" -m pip --version >/dev/null 2>&1; then
    "$PYTHON" -m pip --python "$VENV/bin/python" install --quiet pip && exit 0
fi
rm -rf "$VENV"
echo "这台机器的 Python 不能建立虚拟环境。Debian 12: apt install python3-venv" >&2
exit 1
