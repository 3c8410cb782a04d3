/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants that make the subject's image as large as the figures ask for.
 */
#include <base/types.h>

enum { BALLAST_BYTES = 72 * 1024 };

extern const volatile uint8_t ballast[BALLAST_BYTES];
__attribute__((used, retain)) const volatile uint8_t ballast[BALLAST_BYTES] = {1};
