// SPDX-License-Identifier: Apache-2.0
// Where we are, who we are, and data that is looked at again and again while a page shows it.
import { get, post, Refusal, useCsrf, type Me } from "./api";

const RANKS = ["none", "viewer", "operator", "maintainer", "owner"];

class Session {
    me = $state<Me | null>(null);
    isKnown = $state(false);

    async look(): Promise<void> {
        const link = location.hash.match(/^#link=([\w-]+)$/);
        if (link) {
            history.replaceState(null, "", "/");
            await post("login-link", { link: link[1] }).catch(() => {});
        }
        this.me = await get<Me>("me").catch(() => null);
        useCsrf(this.me?.csrf ?? "");
        this.isKnown = true;
    }

    async leave(): Promise<void> {
        await post("logout").catch(() => {});
        this.me = null;
    }

    /** Whether the service would let us: it decides, this only hides what is of no use. */
    may(role: string): boolean {
        return RANKS.indexOf(this.me?.role ?? "none") >= RANKS.indexOf(role);
    }
}

export const session = new Session();

class Place {
    path = $state(location.pathname);
    query = $state(new URLSearchParams(location.search));

    constructor() {
        addEventListener("popstate", () => this.read());
    }

    private read(): void {
        this.path = location.pathname;
        this.query = new URLSearchParams(location.search);
    }

    go(path: string, replace = false): void {
        if (replace) history.replaceState(null, "", path);
        else history.pushState(null, "", path);
        this.read();
        if (!replace) {
            scrollTo(0, 0);
            queueMicrotask(() => document.querySelector<HTMLElement>("main h1")?.focus());
        }
    }
}

export const place = new Place();

/** Links within the interface change the place instead of loading the page. */
export function followLink(event: MouseEvent): void {
    const link = (event.target as Element).closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (link.origin !== location.origin || link.target || link.pathname.startsWith("/api/")) return;
    event.preventDefault();
    place.go(link.pathname + link.search);
}

/** Data that `load` brings, brought anew every so often while the component is there. */
export class Live<T> {
    value = $state<T | null>(null);
    problem = $state("");
    private timer = 0;
    private isOver = false;

    constructor(
        private readonly load: () => Promise<T>,
        private readonly everyMs = 2000,
    ) {
        $effect(() => {
            this.refresh();
            return () => {
                this.isOver = true;
                clearTimeout(this.timer);
            };
        });
    }

    refresh = async (): Promise<void> => {
        clearTimeout(this.timer);
        try {
            this.value = await this.load();
            this.problem = "";
        } catch (error) {
            this.problem = error instanceof Error ? error.message : String(error);
            if (error instanceof Refusal && error.status === 401) session.me = null;
        }
        if (!this.isOver && this.everyMs > 0)
            this.timer = window.setTimeout(this.refresh, this.everyMs);
    };
}
