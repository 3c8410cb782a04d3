/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest first component: says so, and powers the machine off.  What it needs of a kernel is
 * what every other test needs before it can say anything.
 */
#include <rt/call.h>
#include <rt/print.h>
#include <rt/startup.h>

int root_main(const struct abi_boot_info *boot)
{
    rt_print("1..1\n");
    rt_printf("# %u cores, %u memory ranges\n", (unsigned)boot->core_count,
              (unsigned)boot->memory_count);
    rt_print("ok 1 first_component_prints_and_powers_off\n");
    return (int)skr_power_control_off(ABI_ROOT_POWER);
}
