#!/bin/sh
# Makes a virtual environment; Debian parts Python from its venv module, so that may have to come first.
set -eu
python=$1
venv=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Complaint Gift needs Python 3.11 or newer; '$python' is not. Name one: make PYTHON=python3.12 ..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python$version-venv ..."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "python$version-venv" >/dev/null
    else
        echo "Python's venv module is missing. Install it and call make again:" >&2
        echo "    sudo apt-get install python$version-venv" >&2
        exit 1
    fi
fi
"$python" -m venv "$venv"
