// The pages of the collections: plain HTML that needs no script, judged as the map page is.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { accessible, close, DESK, PHONE, picture, serve, watched } from "./service.mjs";

let service;
before(async () => { service = await serve(); });
after(async () => { await close(); service?.stop(); });

const PAGES = ["/", "/conformance", "/collections", "/collections/lap", "/collections/ward/queryables",
  "/collections/ward/items", "/collections/gp_practice/items?lap=XN1", "/collections/lap/items/XN1", "/api"];

for (const path of PAGES) {
  it(`${path} is accessible, wide and narrow, and asks nobody else`, async () => {
    // axe is put into the page, which the page's own policy forbids to everyone else.
    const watch = await watched(service.url, { bypassCSP: true });
    const page = await watch.open(path);
    assert.equal(await page.locator("h1").count(), 1, "one main heading");
    for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      await page.setViewportSize(viewport);
      await accessible(page, `${path} at ${size}`);
      await picture(page, `page-${size}-${PAGES.indexOf(path)}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${wide} px wide on a phone`);
    await watch.done();
  });
}

it("the landing page leads to the map first, and finds a postcode without a script", async () => {
  const watch = await watched(service.url, { javaScriptEnabled: false });
  const page = await watch.open("/");
  assert.equal(await page.locator("main a").first().getAttribute("href").then((href) => new URL(href, service.url).pathname), "/map");
  await page.fill("input[name=q]", "LY3 2AD");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/map?q=LY3+2AD");
  assert.match(await page.content(), /North Lyonesse 1/);
  await watch.done();
});
