// SPDX-License-Identifier: Apache-2.0
// The web interface in a browser: what a person does first, by role, by keyboard, in light and dark.
// Prints TAP.  Environment: URL, LINK, VIEWER_LINK, CHROMIUM, MODULES (node_modules), PICTURES, and
// ARCHIVES (folder of 1.0.tar.gz, 1.1.tar.gz).
import { createRequire } from "node:module";
import path from "node:path";

const { URL, LINK, VIEWER_LINK, CHROMIUM, MODULES, PICTURES, ARCHIVES } = process.env;
const require = createRequire(path.join(MODULES, "index.js"));
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

let count = 0;
function check(name, holds, detail = "") {
    count++;
    console.log(`${holds ? "" : "not "}ok ${count} - ${name}`);
    if (!holds && detail) console.log(`# ${String(detail).slice(0, 800).replaceAll("\n", "\n# ")}`);
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const outside = [];
const complaints = [];

async function open(scheme, link) {
    const context = await browser.newContext({ colorScheme: scheme, bypassCSP: false });
    const page = await context.newPage();
    page.on("request", (request) => {
        if (!request.url().startsWith(URL) && !request.url().startsWith("data:"))
            outside.push(request.url());
    });
    page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${URL}/#link=${link}`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    return page;
}

/** What axe finds on the page as it is. */
async function faults(page) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run());
    return found.violations.map((v) => `${v.id}: ${v.nodes[0].html} ${v.nodes[0].failureSummary}`);
}

async function show(page, name, place) {
    if (place) await page.goto(`${URL}${place}`);
    await page.locator("main h1").waitFor();
    await page.waitForTimeout(700);
    const found = await faults(page);
    check(`${name} has no fault that axe knows`, found.length === 0, found.join("\n"));
    await page.screenshot({ path: path.join(PICTURES, `${name.replaceAll(" ", "-")}.png`) });
}

async function fill(page, title, values, button) {
    const form = page.locator("form", { has: page.getByRole("heading", { name: title }) });
    for (const [label, value] of Object.entries(values)) {
        const field = form.getByLabel(label, { exact: false }).first();
        if (value.file) await field.setInputFiles(value.file);
        else await field.fill(value);
    }
    await form.getByRole("button", { name: button }).click();
}

async function uploadRelease(page, version) {
    await page.goto(`${URL}/releases`);
    const file = { file: path.join(ARCHIVES, `${version}.tar.gz`) };
    await fill(page, "Upload a release", { Version: version, Archive: file }, "Upload");
    await page.getByRole("heading", { name: `Release ${version}` }).waitFor();
}

const page = await open("light", LINK);
await show(page, "overview without anything");
await fill(page, "New project", { Name: "weather" }, "Add");
await page.getByRole("heading", { name: "New deployment" }).waitFor();
await fill(page, "New deployment", { Name: "production" }, "Add");
await page.getByRole("link", { name: "production" }).waitFor();
check("a project and a deployment are made in two forms", true);

for (const [name, place] of [["devices", "/devices"], ["releases", "/releases"],
    ["rollouts", "/rollouts"], ["members", "/members"], ["audit", "/audit"]])
    await show(page, `empty ${name}`, place);

await page.goto(`${URL}/enrolment`);
await fill(page, "New token", { "What for": "first devices", Devices: "20" }, "Make it");
const secret = await page.locator("code", { hasText: /^[\w-]{43}$/ }).textContent();
console.log(`# token ${secret}`);           // the driver starts devices with it
await page.getByText(/devices? ha(s|ve) connected/).waitFor({ timeout: 30000 });
check("the enrolment page tells when devices connect", true);
await show(page, "enrolment");

await uploadRelease(page, "1.0");
await uploadRelease(page, "1.1");
await page.getByText("What it changes").waitFor();
await page.getByText("apps/changed").waitFor();
check("the difference names the file that changed and not the others",
    !(await page.locator("section", { hasText: "What it changes" }).textContent())
        .includes("apps/same"));
await show(page, "release");
const form = page.locator("form", { has: page.getByRole("heading", { name: "Roll it out" }) });
await form.getByLabel("At once").fill("2");
await form.getByRole("button", { name: "Start" }).click();
await page.getByRole("button", { name: "Pause" }).click();
await page.getByText("Paused: somebody paused it").waitFor();
check("a roll-out can be started and paused", true);
await show(page, "rollout");
await page.getByRole("button", { name: "Go on" }).click();
await page.getByText(/12 of 12 booted well/).waitFor({ timeout: 60000 });
check("and goes on to its end, live", true);

await page.goto(`${URL}/devices?state=online`);
await page.getByRole("link", { name: "sim-0003" }).click();
await page.getByText("It is connected and runs release 1.1.").waitFor();
await page.getByText("A program plays this device.").waitFor();
await page.locator("figure canvas").first().waitFor();
check("a device's page says in a sentence how it is, and that it is simulated", true);
await show(page, "device");
await page.getByRole("button", { name: "Restart all apps" }).click();
await page.getByText("restart of all apps: done").waitFor();
check("a restart from the page is answered by the device", true);

await page.goto(`${URL}/devices`);
await page.getByLabel("Name contains").fill("0007");
await page.getByRole("link", { name: "sim-0007" }).waitFor();
await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
check("devices are found by a part of their name", true);
await show(page, "devices");
await show(page, "members and tokens", "/members");
await show(page, "audit log", "/audit");

await page.goto(`${URL}/devices`);
await page.locator("tbody tr").first().waitFor();
await page.keyboard.press("Tab");
await page.keyboard.press("Enter");
check("the first Tab and Enter skip to the content",
    await page.evaluate(() => document.activeElement?.tagName === "H1"));
const reached = new Set();
for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ""));
}
check("Tab reaches areas, devices and the way out",
    ["sim-0001", "sim-0012"].every((name) => reached.has(name)), [...reached].join(", "));

const dark = await open("dark", VIEWER_LINK);
await show(dark, "dark overview");
for (const [name, place] of [["devices", "/devices"], ["releases", "/releases"],
    ["rollouts", "/rollouts"], ["members", "/members"], ["audit", "/audit"]])
    await show(dark, `dark ${name}`, place);
check("a viewer is offered nothing that changes anything",
    (await dark.getByRole("link", { name: "Enrolment" }).count()) === 0 &&
        (await dark.getByRole("heading", { name: "New member" }).count()) === 0);
await dark.goto(`${URL}/devices`);
await dark.getByRole("link", { name: "sim-0003" }).click();
await dark.getByText("It is connected").waitFor();
check("nor on a device's page", (await dark.getByRole("button", { name: "Revoke" }).count()) === 0);
await show(dark, "dark device");

check("nothing was asked of anybody else", outside.length === 0, outside.join("\n"));
const refused = complaints.filter((text) => !text.includes("401"));
check("the browser had nothing to complain of", refused.length === 0, refused.join("\n"));
await browser.close();
console.log(`1..${count}`);
