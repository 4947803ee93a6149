// Opens a report in Chromium, uses it as a reader does, and prints what it found as JSON.
// Arguments: the path of Chromium, and the path of the page.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [, , executablePath, path] = process.argv;
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const found = { messages: [], requests: [], axe: {}, filters: {} };
const browser = await chromium.launch({ executablePath, args });

const openAll = (page) =>
  page.evaluate(() => document.querySelectorAll("h3 button[aria-expanded=false]").forEach((one) => one.click()));

async function open(options) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => found.messages.push(message.text()));
  page.on("pageerror", (error) => found.messages.push(String(error)));
  page.on("request", (request) => found.requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  return page;
}

const shown = (page) => page.locator(".test:not([hidden]) .name").allTextContents();

async function filtered(page, name, use) {
  await use(page);
  found.filters[name] = { tests: await shown(page), hits: await page.locator("#hits").textContent() };
  await page.locator("button[type=reset]").click();
  await page.waitForFunction(() => !document.querySelector(".test[hidden]"));
}

const page = await open({});
found.first = await shown(page);
found.opened = await page.locator(".body:not([hidden])").count();
await filtered(page, "test", (page) => page.fill("#search", "WRITE test"));
await filtered(page, "outcome", (page) => page.check("[name=outcome][value=failed]"));
await filtered(page, "operation", (page) => page.selectOption("#operation", "CreateSecret"));
await filtered(page, "secret", (page) => page.fill("#secret", "app/d"));
await filtered(page, "refused", (page) => page.check("#refused"));
await filtered(page, "nothing", (page) => page.fill("#search", "no such test"));

// A reader without a mouse: open a test, go into its picture, find the move of a label.
await page.fill("#search", "test_write");
await page.locator("#search").focus();
const section = page.locator(".test:not([hidden])");
await section.locator("h3 button").focus();
if ((await section.locator("h3 button").getAttribute("aria-expanded")) === "false") await page.keyboard.press("Enter");
await page.keyboard.press("Tab");
found.stops = await section.locator("svg").first().locator("[tabindex='0']").count();
await page.keyboard.press("Home");
found.focused = [];
for (let step = 0; step < 40; step += 1) {
  const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  found.focused.push(label);
  if (label.includes("moved from")) break;
  await page.keyboard.press("ArrowRight");
}
found.tip = await page.locator("#tip").textContent();
found.tipIsShown = await page.locator("#tip").isVisible();
await page.keyboard.press("Escape");
found.tipIsHidden = await page.locator("#tip").isHidden();
found.calls = await section.locator("tbody tr").allTextContents();
found.lines = await section.locator("td .line").allTextContents();

// Open every test: hostile names must do nothing.
await page.fill("#search", "");
await openAll(page);
const remarks = page.locator(".test", { hasText: "test_remarks" }).locator("tbody tr");
found.remarks = await remarks.evaluateAll((rows) => rows.map((row) => [0, 4].map((at) => row.cells[at].textContent)));
found.names = await page.locator(".name bdi").allTextContents();
found.operations = await page.locator("#operation option").allTextContents();
found.secrets = await page.locator("#secrets option").allTextContents();
found.titles = await page.locator(".body svg").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
found.failures = await page.locator("pre.failure").allTextContents();
found.pictures = await page.locator(".body svg").count();
found.strangers = await page.locator("main script, main img, main b, main iframe").count();
found.title = await page.title();

// The theme stays when the page is opened again.
await page.click("#theme");
await page.click("#theme");
await page.reload();
found.theme = await page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).color]);

for (const colorScheme of ["light", "dark"]) {
  // axe is injected, which the page's own policy forbids.
  const checked = await open({ colorScheme, bypassCSP: true });
  await checked.locator("h3 button", { hasText: "test_rotate" }).click();
  await checked.addScriptTag({ path: axe });
  const result = await checked.evaluate(() => window.axe.run());
  found.axe[colorScheme] = {
    passes: result.passes.length,
    violations: result.violations.map((one) => `${one.impact}: ${one.id}: ${one.nodes.map((node) => node.html)}`),
  };
}
const narrow = await open({ viewport: { width: 390, height: 800 } });
found.overflow = await narrow.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
found.requests = found.requests.filter((url) => url !== pathToFileURL(path).href);

await browser.close();
console.log(JSON.stringify(found));
