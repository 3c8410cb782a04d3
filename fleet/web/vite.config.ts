// SPDX-License-Identifier: Apache-2.0
// The interface as a few files without inline code, which the server's strict CSP asks for.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
    plugins: [svelte()],
    build: {
        outDir: "../../build/web",
        emptyOutDir: true,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
    },
    server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
