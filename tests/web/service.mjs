// Starts the service and Chromium, and checks the rules for every page: no request to another host,
// no console message, no accessibility violation.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const root = new URL("../../", import.meta.url).pathname;
const program = process.env.LAPWING ?? `${root}target/debug/lapwing`;

/** Serves a snapshot or catalogue, by default the demonstration county, until `stop` is called. */
export async function serve(source = [], options = []) {
  const child = spawn(program, ["serve", ...source, "--listen", "127.0.0.1:0", "--log-level", "warn", ...options],
    { stdio: ["ignore", "ignore", "pipe"] });
  const url = await new Promise((resolve, reject) => {
    let stderr = "";
    child.stderr.on("data", (piece) => {
      stderr += piece;
      const found = /(http:\/\/127\.0\.0\.1:\d+)\s/.exec(stderr);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`the service ended with ${code}: ${stderr}`)));
  });
  return { url, stop: () => child.kill() };
}

let browser;

/** One Chromium for all tests. It renders in software, since graphics cards differ. */
export async function launch() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  return browser;
}

export async function close() {
  await browser?.close();
  browser = undefined;
}

export const DESK = { width: 1400, height: 900 };
export const PHONE = { width: 390, height: 844 };

/**
 * A page whose requests and console are monitored. `allowed` lists other origins that it may request,
 * with an optional response; `expected` matches console messages that the test expects.
 */
export async function monitorPage(url, { viewport = DESK, allowed = [], expected = null, prepare, ...options } = {}) {
  const context = await (await launch()).newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const foreignRequests = [];
  const consoleMessages = [];
  const requests = [];
  await context.route("**/*", async (route) => {
    const requestUrl = route.request().url();
    requests.push(requestUrl);
    const { origin, protocol } = new URL(requestUrl);
    if (origin === new URL(url).origin || ["data:", "blob:"].includes(protocol)) return route.continue();
    const answer = allowed.find((other) => other.origin === origin);
    if (answer) return answer.fulfill ? route.fulfill(answer.fulfill) : route.continue();
    foreignRequests.push(requestUrl);
    return route.abort();
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected?.test(message.text())) consoleMessages.push(message.text());
  });
  page.on("pageerror", (error) => consoleMessages.push(error.message));
  await prepare?.(page);
  return {
    page,
    requests,
    async open(path) {
      await page.goto(`${url}${path}`);
      return page;
    },
    /** Opens a path and waits until the map is drawn. */
    async openMap(path) {
      await page.goto(`${url}${path}`);
      await page.waitForSelector("html[data-map=ready]", { timeout: 30_000 });
      await page.waitForLoadState("networkidle");
      return page;
    },
    /** Closes the page and fails if it broke a rule. */
    async close() {
      await context.close();
      assert.deepEqual(foreignRequests, [], "requests to other hosts");
      assert.deepEqual(consoleMessages, [], "console messages");
    },
  };
}

/** Checks the rules of WCAG 2.2 A and AA that axe knows, and its best practices. */
export async function assertAccessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
  }));
  const messages = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(messages, [], what);
}

/** The text of the result, after its heading contains `title`. */
export async function answerText(page, title) {
  await page.locator("#answer h2", { hasText: title }).waitFor();
  await page.waitForFunction(() => !document.querySelector("#answer").hasAttribute("aria-busy"));
  return page.locator("#answer").innerText();
}

/** Takes a screenshot if the variable PICTURES names a folder. */
export async function screenshot(page, name, options = {}) {
  const folder = process.env.PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, ...options });
}

/** Polls until a condition is true. */
export async function waitUntil(condition, what) {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await condition()) return;
    await new Promise((done) => { setTimeout(done, 100); });
  }
  assert.fail(what);
}
