// Pages written for MapIt or postcodes.io that load responses as scripts (JSONP).
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, it } from "node:test";
import { close, serve, monitorPage } from "./service.mjs";

let service;
before(async () => { service = await serve(); });
after(async () => { await close(); service?.stop(); });

for (const [path, member] of [
  ["/mapit/postcode/LY32AD", "areas"],
  ["/mapit/postcode/nonsense", "error"],
  ["/postcodes-io/postcodes/LY32AD", "result"],
  ["/postcodes-io/postcodes/nonsense", "error"],
]) {
  it(`${path} runs as a script on a page of another origin`, async (test) => {
    const html = `<!doctype html><html lang="en"><title>nothing</title><link rel="icon" href="data:,">
      <script>globalThis.callback = (answer) => { document.title = Object.keys(answer).join(" "); };</script>
      <script src="${service.url}${path}?callback=callback"></script>`;
    const other = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
    await once(other.listen(0, "127.0.0.1"), "listening");
    test.after(() => { other.closeAllConnections(); other.close(); });
    const origin = `http://127.0.0.1:${other.address().port}`;
    const monitor = await monitorPage(service.url, { allowed: [{ origin }] });
    await monitor.page.goto(`${origin}/`);
    assert.ok((await monitor.page.title()).split(" ").includes(member), await monitor.page.title());
    await monitor.close();
  });
}
