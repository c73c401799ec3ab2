// The HTML pages of the service, which need no JavaScript, under the same rules as the map page.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { assertAccessible, close, DESK, PHONE, screenshot, serve, monitorPage } from "./service.mjs";

let service;
before(async () => { service = await serve(); });
after(async () => { await close(); service?.stop(); });

const PAGES = ["/", "/conformance", "/collections", "/collections/lap", "/collections/ward/queryables",
  "/collections/ward/items", "/collections/gp_practice/items?lap=XN1", "/collections/lap/items/XN1", "/api"];

for (const path of PAGES) {
  it(`${path} is accessible on a desktop and a phone, and requests no other host`, async () => {
    // The content security policy of the page would block axe.
    const monitor = await monitorPage(service.url, { bypassCSP: true });
    const page = await monitor.open(path);
    assert.equal(await page.locator("h1").count(), 1, "one main heading");
    for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      await page.setViewportSize(viewport);
      await assertAccessible(page, `${path} at ${size}`);
      await screenshot(page, `page-${size}-${PAGES.indexOf(path)}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${wide} px wide on a phone`);
    await monitor.close();
  });
}

it("the first link of the landing page is the map, and its search works without JavaScript", async () => {
  const monitor = await monitorPage(service.url, { javaScriptEnabled: false });
  const page = await monitor.open("/");
  assert.equal(await page.locator("main a").first().getAttribute("href").then((href) => new URL(href, service.url).pathname), "/map");
  await page.fill("input[name=q]", "LY3 2AD");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/map?q=LY3+2AD");
  assert.match(await page.content(), /North Lyonesse 1/);
  await monitor.close();
});
