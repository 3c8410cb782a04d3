// SPDX-License-Identifier: Apache-2.0
// Values as people read them.

export function bytes(count: number): string {
    const units = ["bytes", "KiB", "MiB", "GiB"];
    let unit = 0;
    while (count >= 1024 && unit < units.length - 1) {
        count /= 1024;
        unit++;
    }
    return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

/** "3 minutes ago"; a moment in the future is "in 3 minutes". */
export function ago(time: number | null, now = Date.now()): string {
    if (time === null) return "never";
    const seconds = Math.round((now - time) / 1000);
    const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    const size = Math.abs(seconds);
    if (size < 60) return format.format(-seconds, "second");
    if (size < 3600) return format.format(-Math.round(seconds / 60), "minute");
    if (size < 86400) return format.format(-Math.round(seconds / 3600), "hour");
    return format.format(-Math.round(seconds / 86400), "day");
}

export function moment(time: number): string {
    return new Date(time).toLocaleString("en-GB");
}

export function count(number: number, one: string, many = `${one}s`): string {
    return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
