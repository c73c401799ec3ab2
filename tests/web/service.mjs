// The real service and a real Chromium, and what every page must keep to: no request to another
// host, nothing on the console, no accessibility violation.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const root = new URL("../../", import.meta.url).pathname;
const program = process.env.LAPWING ?? `${root}target/debug/lapwing`;

/** Serves a source, Lyonesse without one; ends when `stop` is called. */
export async function serve(source = [], options = []) {
  const child = spawn(program, ["serve", ...source, "--listen", "127.0.0.1:0", "--log-level", "warn", ...options],
    { stdio: ["ignore", "ignore", "pipe"] });
  const url = await new Promise((resolve, reject) => {
    let told = "";
    child.stderr.on("data", (piece) => {
      told += piece;
      const found = /(http:\/\/127\.0\.0\.1:\d+)\s/.exec(told);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`the service ended with ${code}: ${told}`)));
  });
  return { url, stop: () => child.kill() };
}

let browser;

/** One Chromium for all, drawing with the processor: graphics cards differ. */
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
 * A page that is watched. `also` are origins that it may ask beside the service, answered here or
 * let through; `expected` matches
 * console messages that belong to the test.
 */
export async function watched(url, { viewport = DESK, also = [], expected = null, prepare, ...options } = {}) {
  const context = await (await launch()).newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const strangers = [];
  const troubles = [];
  const requests = [];
  await context.route("**/*", async (route) => {
    const asked = route.request().url();
    requests.push(asked);
    const { origin, protocol } = new URL(asked);
    if (origin === new URL(url).origin || ["data:", "blob:"].includes(protocol)) return route.continue();
    const answer = also.find((other) => other.origin === origin);
    if (answer) return answer.fulfill ? route.fulfill(answer.fulfill) : route.continue();
    strangers.push(asked);
    return route.abort();
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected?.test(message.text())) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  await prepare?.(page);
  return {
    page,
    requests,
    async open(path) {
      await page.goto(`${url}${path}`);
      return page;
    },
    /** Opens, and waits until the map is drawn. */
    async ready(path) {
      await page.goto(`${url}${path}`);
      await page.waitForSelector("html[data-map=ready]", { timeout: 30_000 });
      await page.waitForLoadState("networkidle");
      return page;
    },
    /** To be called at the end: what the page did wrong. */
    async done() {
      await context.close();
      assert.deepEqual(strangers, [], "requests to other hosts");
      assert.deepEqual(troubles, [], "the console stays silent");
    },
  };
}

/** Every rule of WCAG 2.2 A and AA that can be checked by a program, and axe's best practices. */
export async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
  }));
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], what);
}

/** The words of the answer, once they begin as expected. */
export async function answer(page, title) {
  await page.locator("#answer h2", { hasText: title }).waitFor();
  await page.waitForFunction(() => !document.querySelector("#answer").hasAttribute("aria-busy"));
  return page.locator("#answer").innerText();
}

/** Where screenshots go, if they are wanted. */
export async function picture(page, name, options = {}) {
  const folder = process.env.PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, ...options });
}

/** Waits until something holds. */
export async function until(holds, what) {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await new Promise((done) => { setTimeout(done, 100); });
  }
  assert.fail(what);
}
