#!/bin/sh
# What pip cannot bring: Cairo, Pango, a C compiler, Python's headers. Installs what is missing where it may
# (root, sudo without a password, Homebrew); elsewhere prints the command to run, and stops.
#   usage: system-packages.sh [PYTHON]
set -eu
python="${1:-python3}"

has_libraries() { command -v pkg-config >/dev/null 2>&1 && pkg-config --exists cairo pangocairo; }
has_compiler() { command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1; }
has_headers() {
    "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))'
}
# Debian's `python3` without python3-venv knows the module venv, but cannot put pip into what it makes.
has_venv() { "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; }

complete() { has_libraries && has_compiler && has_headers && has_venv; }

stop() {
    {
        echo "gptviz needs system packages that are not here, and may not install them."
        echo "Run this once, then the same make command again:"
        echo "    $1"
    } >&2
    exit 1
}

complete && exit 0

if [ "$(uname -s)" = Darwin ]; then
    command -v brew >/dev/null 2>&1 || stop "xcode-select --install; then install Homebrew and run: brew install cairo pango pkg-config"
    has_compiler || stop "xcode-select --install"
    echo "Installing cairo, pango and pkg-config with Homebrew"
    exec brew install --quiet cairo pango pkg-config
fi

packages="libcairo2-dev libpango1.0-dev pkg-config build-essential python3-dev python3-venv"
command -v apt-get >/dev/null 2>&1 || stop "install the development files of Cairo and Pango, pkg-config, a C compiler and \
Python's headers with your system's package manager (on Debian and Ubuntu: $packages)"

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    stop "sudo apt-get update && sudo apt-get install -y $packages"
fi

echo "Installing $packages"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # the lists are meant to be split
if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
       $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $packages; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    stop "apt-get update && apt-get install -y $packages"
fi
# A small voice, for VOICE=espeak-ng. No film needs it: where it cannot be had, that is no reason to stop.
command -v espeak-ng >/dev/null 2>&1 ||
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends espeak-ng >>"$log" 2>&1 || true
complete || stop "a python3 that these packages belong to (PYTHON=/usr/bin/python3): $python has no headers or no venv"
