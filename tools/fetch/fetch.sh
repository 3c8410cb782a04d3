#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch.sh NAME: gets and unpacks the sources that third_party/NAME/recipe pins.

set -eu
cd "$(dirname "$0")/../.."
root=$(pwd)/build/third_party
name=$1

# shellcheck disable=SC1090
. "third_party/$name/recipe"
# Set by the recipe.
# shellcheck disable=SC2154
archive=$root/$file

has_pinned_hash() {
    [ -f "$archive" ] && echo "$sha256  $archive" | sha256sum --check --status
}

# An apt that knows nothing but Debian's source packages.
write_apt_configuration() {
    apt=$root/apt
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    : >"$apt/status"
    echo 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]' \
        'http://deb.debian.org/debian bookworm main' >"$apt/sources.list"
    cat >"$apt/apt.conf" <<END
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "20";
END
}

download() {
    write_apt_configuration
    export APT_CONFIG="$apt/apt.conf"
    # shellcheck disable=SC2154
    apt-get update -q >"$root/apt.log" 2>&1 &&
        (cd "$root" && apt-get source -q --download-only "$source=$version") >>"$root/apt.log" 2>&1
}

mkdir -p "$root"
has_pinned_hash || download || {
    echo "$source $version cannot be fetched: $(tail -n 1 "$root/apt.log")"
    exit 1
}
has_pinned_hash || {
    echo "$file does not have the pinned hash"
    exit 1
}
# shellcheck disable=SC2154
[ -d "$root/$folder" ] || tar -xzf "$archive" -C "$root"
