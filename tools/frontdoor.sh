# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What ./run, ./test and bench/run share: install what is missing, configure, build.
# Sourced with the repository's root as working directory; needs nothing but POSIX sh and apt.
# It holds no options and no policy: each front door reads its own command line.

# Debian's own tools first, whatever else a person has put in front of them.
PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
export PATH

all_architectures='aarch64 riscv64'

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
    say "$*"
    exit 1
}

require_architecture() {
    case $1 in
    aarch64 | riscv64) ;;
    *) die "unknown architecture '$1'; known: $all_architectures" ;;
    esac
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "not root and no sudo; as root, run: $*"
    fi
}

# Installs what tools/packages names and dpkg does not know as installed.
install_packages() {
    command -v dpkg-query >/dev/null || die 'this is not a Debian machine: see tools/packages'
    missing=''
    # Package names hold no spaces.
    # shellcheck disable=SC2013
    for package in $(sed 's/#.*//' tools/packages); do
        state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) || state=''
        [ "$state" = 'install ok installed' ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    say "installing missing Debian packages:$missing"
    as_root apt-get update -q >&2 || die 'apt-get update failed'
    # The list is meant to be split.
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $missing >&2 || die 'apt-get install failed'
}

# build_architecture ARCH [TARGET...]: configures build/ARCH once, then builds what changed, of the
# targets or of everything.  The host programs that people use are the same in each and are linked
# into build/bin.
build_architecture() {
    tools/fetch/prepare.sh "$1"
    if [ ! -f "build/$1/build.ninja" ]; then
        say "configuring build/$1"
        rm -rf "build/$1"
        mkdir -p build
        /usr/bin/meson setup --cross-file "cross/$1.ini" --native-file cross/native.ini \
            "build/$1" >"build/$1.configure.log" 2>&1 || {
            cat "build/$1.configure.log" >&2
            return 1
        }
    fi
    say "building build/$1"
    mkdir -p "build/$1/logs"
    built=$1
    shift
    /usr/bin/ninja -C "build/$built" "$@" >"build/$built/logs/build.log" 2>&1 || {
        grep -v '^\[' "build/$built/logs/build.log" >&2
        return 1
    }
    mkdir -p build/bin
    ln -sf "../$built/tools/cli/skerry" build/bin/skerry
    ln -sf "../$built/fleet/cli/skerry-fleet" build/bin/skerry-fleet
    ln -sf "../$built/fleet/simulator/skerry-simulate-devices" build/bin/skerry-simulate-devices
}
