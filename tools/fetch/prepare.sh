#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prepare.sh ARCH: fetches and builds what third_party/ lists, and leaves in the file `state` a line
# for each: its name and version, or its name and why it is missing.

set -eu
cd "$(dirname "$0")/../.."
arch=$1
root=$(pwd)/build/third_party
mkdir -p "$root/$arch"

# What it is built from: another recipe, script or header makes it anew.
stamp_of() {
    cat "third_party/$1/recipe" "third_party/$1/build.sh" "third_party/$1"/include/* | sha256sum
}

prepare() {
    name=$1
    result=$root/$arch/$name
    # shellcheck disable=SC1090
    . "third_party/$name/recipe"
    stamp=$(stamp_of "$name")
    [ "$(cat "$result.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    reason=$(tools/fetch/fetch.sh "$name") || return 1
    echo "building $name $version for $arch" >&2
    reason='it does not build'
    # shellcheck disable=SC2154
    "third_party/$name/build.sh" "$arch" "$root/$folder" "$result" || return 1
    echo "$stamp" >"$result.stamp"
}

new=''
for recipe in third_party/*/recipe; do
    name=$(basename "$(dirname "$recipe")")
    if prepare "$name"; then
        line="$name $version"
    else
        line="$name missing: $reason"
        echo "$line; what needs it is left out" >&2
    fi
    new="$new$line
"
done
# Left alone when nothing changed, so that Meson does not run again.
printf '%s' "$new" | cmp -s - "$root/$arch/state" || printf '%s' "$new" >"$root/$arch/state"
