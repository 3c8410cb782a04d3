/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the running image lies; all page aligned.  The linker script defines these.
 */
#ifndef RT_IMAGE_H
#define RT_IMAGE_H

extern const char rt_image_start[]; /* code, then constants */
extern const char rt_text_end[];
extern const char rt_constants_end[]; /* then data */
extern const char rt_image_end[];     /* behind the stack */

#endif
