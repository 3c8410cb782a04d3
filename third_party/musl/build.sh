#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh ARCH SOURCES RESULT: builds musl's static library and headers, out of its tree.
#
# The -I in CC stands before musl's own folders, so that include/syscall_arch.h is the one it finds.

set -eu
arch=$1 sources=$2 result=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$result.work

flags='-O2 -fno-pie -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables'
flags="$flags -ffunction-sections -fdata-sections"
case $arch in
aarch64) flags="$flags -mcmodel=small -mno-outline-atomics" ;;
riscv64) flags="$flags -march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax" ;;
esac

rm -rf "$work" "$result"
mkdir -p "$work"
cd "$work"
CC="$arch-linux-gnu-gcc -I$here/include" CFLAGS="$flags" \
    AR="$arch-linux-gnu-ar" RANLIB="$arch-linux-gnu-ranlib" \
    "$sources/configure" --target="$arch" --disable-shared --prefix="$result" \
    >configure.log 2>&1
make -j2 >make.log 2>&1
make install >install.log 2>&1
cd /
rm -rf "$work"
