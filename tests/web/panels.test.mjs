// Layers, vintages, uploaded files, embedding, printing, and browsers with fewer features.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { assertAccessible, answerText, close, screenshot, PHONE, serve, waitUntil, monitorPage } from "./service.mjs";

let service;
before(async () => { service = await serve(); });
after(async () => { await close(); service?.stop(); });
const open = async (path, options) => {
  const monitor = await monitorPage(service.url, options);
  await monitor.openMap(path);
  return monitor;
};

describe("layers", () => {
  it("can be switched, are drawn from tiles, and are kept in the URL", async () => {
    const monitor = await open("/map");
    const { page, requests } = monitor;
    const drawn = (layer) => requests.some((url) => url.includes(`/tiles/${layer}/`));
    assert.ok(drawn("lap") && drawn("ward"), "the default layers are drawn");
    assert.ok(!drawn("parish"));
    await page.getByLabel(/^Parishes/).check();
    await page.waitForRequest(/\/tiles\/parish\/\d/);
    assert.match(page.url(), /layers=[^&#]*parish/);
    await page.reload();
    await page.waitForSelector("html[data-map=ready]");
    assert.ok(await page.getByLabel(/^Parishes/).isChecked());
    await page.selectOption("#fill", "ward");
    await page.locator("#by-area-title", { hasText: "Wards" }).waitFor();
    await assertAccessible(page, "wards in colours");
    await screenshot(page, "wards");
    await monitor.close();
  });

  it("never give neighbours the same pattern", async () => {
    const monitor = await open("/map");
    for (const layer of ["lap", "ward"]) {
      await monitor.page.selectOption("#fill", layer);
      const { rows } = await (await fetch(`${service.url}/v1/overlaps/${layer}/${layer}?touches=include`)).json();
      await monitor.page.locator(`#by-area-body a[href*='${layer}/${rows[0].from_code}']`).waitFor();
      const patterns = new Map(await monitor.page.locator("#by-area-body tbody tr").evaluateAll((all) =>
        all.map((row) => [row.querySelector("a").href.split("/").pop(), row.querySelector("canvas").dataset.pattern])));
      for (const { from_code, to_code } of rows) {
        assert.ok(patterns.has(from_code) && patterns.has(to_code));
        assert.notEqual(patterns.get(from_code), patterns.get(to_code), `${from_code} and ${to_code}`);
      }
      assert.ok(rows.length > 8);
    }
    await monitor.close();
  });

  it("of another date show the boundaries of that date", async () => {
    const monitor = await open("/map?q=LY3%202AD");
    const { page } = monitor;
    await page.selectOption("#day", "2013-05-02");
    await page.locator("#answer", { hasText: "Wards, May 2013: in force 2 May 2013 to 1 April 2021" }).waitFor();
    const then = await (await fetch(`${service.url}/v1/lookup?postcode=LY32AD&date=2013-05-02&layers=ward`)).json();
    assert.ok((await answerText(page, "LY3 2AD")).includes(then.areas.ward[0].name));
    assert.match(page.url(), /date=2013-05-02/);
    await waitUntil(() => monitor.requests.some((url) => url.includes("/tiles/ward_2013/")), "the map shows the boundaries of that date");
    await page.selectOption("#day", "other");
    await page.fill("input[type=date]", "2000-01-01");
    await page.locator("#answer", { hasText: "no boundaries for that date" }).waitFor();
    await assertAccessible(page, "a date without wards");
    await monitor.close();
  });
});

describe("an uploaded file", () => {
  const csv = "name,postcode,note\nHall,LY3 2AD,\"a, b\"\nSplit,ly13ba,\nWrong,LY99 9ZZ,\nBad,nonsense,\n";

  it("is located, shown with the LAPs, and offered with the added columns", async () => {
    const monitor = await open("/map", { acceptDownloads: true });
    const { page } = monitor;
    await page.setInputFiles("#upload-file", { name: "halls.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    const result = page.locator(".upload-result");
    await result.getByText("halls.csv: 2 of 4 rows located, 2 not.").waitFor();
    const text = await result.innerText();
    assert.match(text, /Row 4: Wrong, LY99 9ZZ: LY99 9ZZ is not among the postcodes of this snapshot/);
    assert.match(text, /Row 5: Bad, nonsense: "nonsense" is not a postcode/);
    assert.match(text, /North Lyonesse 1\s+1/);
    assert.match(text, /split between several\s+1/);
    await page.locator("summary", { hasText: /^Rows/ }).click();
    await assertAccessible(page, "with an uploaded file");
    await screenshot(page, "own");
    const [download] = await Promise.all([page.waitForEvent("download"), result.getByText("Download with added columns").click()]);
    assert.equal(download.suggestedFilename(), "halls-located.csv");
    const lines = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
    assert.match(lines[0], /^name,postcode,note,status,.*lap_code,lap_name/);
    assert.equal(lines.length, 5);
    assert.match(lines[1], /^Hall,LY3 2AD,"a, b",ok,/);
    const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    assert.deepEqual(stored, [0, 0, ""], "nothing is stored in the browser");
    await page.reload();
    await page.waitForSelector("html[data-map=ready]");
    assert.equal(await page.locator(".upload-result").innerText(), "", "a reload removes the file");
    await monitor.close();
  });

  it("can be dropped anywhere on the page, with degrees or grid coordinates", async () => {
    const monitor = await open("/map");
    const { page } = monitor;
    const drop = async (name, text) => {
      const data = await page.evaluateHandle(([name, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], name, { type: "text/csv" }));
        return transfer;
      }, [name, text]);
      await page.dispatchEvent("#map", "drop", { dataTransfer: data });
    };
    await drop("a.csv", "id,lon,lat\n1,-6.645316,50.412047\n2,x,1\n");
    await page.locator(".upload-result").getByText("a.csv: 1 of 2 rows located, 1 not.").waitFor();
    await drop("b.csv", "id,easting,northing\n1,70097,67229\n");
    await page.locator(".upload-result").getByText("b.csv: 1 of 1 row located.").waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    assert.equal(await page.locator(".upload-result").innerText(), "");
    await monitor.close();
  });

  it("without position columns shows an error that says what to change", async () => {
    const monitor = await open("/map", { expected: /400/ });
    await monitor.page.setInputFiles("#upload-file", { name: "x.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") });
    await monitor.page.getByText(/x\.csv could not be processed: .*postcode/).first().waitFor();
    await monitor.close();
  });
});

describe("on a phone", () => {
  it("the page fits, and touch targets are large enough", async () => {
    for (const path of ["/map", "/map?q=LY3%202AD", "/map?q=lap/XN1"]) {
      const monitor = await open(path, { viewport: PHONE, hasTouch: true, isMobile: true });
      const { page } = monitor;
      const [pageWidth, viewportWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(pageWidth <= viewportWidth, `${path} is ${pageWidth} wide in ${viewportWidth}`);
      await assertAccessible(page, `${path} on a phone`);
      const tooSmall = await page.locator("button:visible, select:visible, input:visible").evaluateAll((all) => all
        .filter((one) => one.type !== "checkbox")
        .map((one) => [one.outerHTML.slice(0, 80), Math.min(one.offsetWidth, one.offsetHeight)]).filter(([, side]) => side < 24));
      assert.deepEqual(tooSmall, [], "targets of at least 24 pixels");
      await screenshot(page, `phone-${path.length}`, { fullPage: true });
      await monitor.close();
    }
  });
});

/** The share of the printed map that is background. */
const backgroundShare = (page) => page.evaluate(() => {
  const printedMap = document.querySelector(".for-print");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [printedMap.naturalWidth, printedMap.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(printedMap, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let background = 0;
  for (let offset = 0; offset < data.length; offset += 4) if (data[offset] === 0xe9 && data[offset + 1] === 0xee && data[offset + 2] === 0xf1) background++;
  return background / (data.length / 4);
});

describe("in print", () => {
  it("each LAP is one page of A4 with its map", async () => {
    const { rows } = await (await fetch(`${service.url}/v1/overlaps/lap/locality`)).json();
    const codes = [...new Set(rows.map((row) => row.from_code))];
    assert.equal(codes.length, 9);
    const monitor = await monitorPage(service.url);
    for (const code of codes) {
      const page = await monitor.openMap(`/map?q=lap/${code}`);
      const pdf = await page.pdf({ preferCSSPageSize: true, path: process.env.PICTURES && `${process.env.PICTURES}/${code}.pdf` });
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
      assert.equal(pages, 1, code);
      assert.ok(await backgroundShare(page) < 0.8, "the printed map shows more than background");
    }
    await monitor.close();
  });
});

describe("embedded in another page", () => {
  it("the page shows the result in the compact layout", async () => {
    // Another origin on this machine: browsers block requests from public pages to loopback.
    const body = `<!doctype html><html lang="en"><title>Council</title><h1>Council</h1><iframe src="${service.url}/map?q=LY3%202AD&embed=1" title="Lapwing map" width="100%" height="520"></iframe>`;
    const council = createServer((_, response) => response.setHeader("content-type", "text/html").end(body)).listen(0, "127.0.0.1");
    await once(council, "listening");
    const origin = `http://127.0.0.1:${council.address().port}`;
    const monitor = await monitorPage(service.url, { allowed: [{ origin }], viewport: { width: 900, height: 700 } });
    const { page } = monitor;
    await page.goto(origin);
    const frame = page.frameLocator("iframe");
    await frame.locator("#answer h2", { hasText: "LY3 2AD" }).waitFor();
    await frame.locator("html[data-map=ready]").waitFor();
    assert.ok(await frame.locator("#tools").isHidden());
    await page.waitForLoadState("networkidle");
    await screenshot(page, "frame");
    await monitor.close();
    council.close();
  });

  it("the page offers the HTML to copy", async () => {
    const monitor = await open("/map?q=lap/XN1");
    await monitor.page.getByText("Link and embed code").click();
    const field = monitor.page.getByLabel("HTML to embed this map in your own page");
    await waitUntil(() => field.inputValue(), "opening the section fills the field");
    const snippet = await field.inputValue();
    assert.match(snippet, /^<iframe src="http:\/\/127\.0\.0\.1:\d+\/map\?q=lap\/XN1&amp;embed=1#map=[^"]+" title="Lapwing map"/);
    await assertAccessible(monitor.page, "with the snippet open");
    await monitor.close();
  });
});

describe("in a browser with fewer features", () => {
  it("without JavaScript the search shows text", async () => {
    const monitor = await monitorPage(service.url, { javaScriptEnabled: false });
    const page = await monitor.open("/map");
    await page.fill("#q", "LY3 2AD");
    await page.click("#search button");
    const text = await page.locator("main").innerText();
    assert.match(text, /North Lyonesse 1 \(XN1\)/);
    assert.match(text, /near a boundary: ask for the address, 20\.6 m from a boundary/);
    await page.click("main a:has-text('North Lyonesse 1')");
    assert.match(await page.locator("main").innerText(), /112\.64 km²/);
    await screenshot(page, "no-script");
    await monitor.close();
  });

  it("without WebGL results are shown as text", async () => {
    const monitor = await monitorPage(service.url, { prepare: (page) => page.addInitScript(() => {
      const get = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest); };
    }) });
    const page = await monitor.open("/map?q=LY3%202AD");
    assert.match(await answerText(page, "LY3 2AD"), /North Lyonesse 1/);
    await page.getByText("This browser cannot show the map").waitFor();
    await assertAccessible(page, "without WebGL");
    await screenshot(page, "no-webgl");
    await monitor.close();
  });

  it("the dark scheme is accessible", async () => {
    for (const path of ["/map?q=LY3%202AD", "/map?q=lap/XN1"]) {
      const monitor = await open(path, { colorScheme: "dark" });
      await assertAccessible(monitor.page, `${path} in the dark scheme`);
      await screenshot(monitor.page, `dark-${path.length}`);
      await monitor.close();
    }
  });
});

describe("the operator's base map", () => {
  it("is loaded from its URL and attributed, and no other host is requested", async () => {
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
    const customService = await serve([], ["--basemap-url", "http://tiles.example/tiles/{z}/{x}/{y}.png", "--basemap-attribution", "Chart makers"]);
    const allowed = [{ origin: "http://tiles.example", fulfill: { contentType: "image/png", body: png, headers: { "access-control-allow-origin": "*" } } }];
    const monitor = await monitorPage(customService.url, { allowed });
    const page = await monitor.openMap("/map");
    assert.ok(monitor.requests.some((url) => url.startsWith("http://tiles.example/tiles/")), "its tiles are requested");
    assert.match(await page.locator("#attribution").innerText(), /Chart makers/);
    await monitor.close();
    customService.stop();
  });
});

const county = process.env.COUNTY;
describe("the real county", { skip: county ? false : "SKIPPED: no snapshot of it is named by COUNTY" }, () => {
  it("shows the areas of the published sources", async () => {
    const countyService = await serve([county]);
    const monitor = await monitorPage(countyService.url);
    const page = await monitor.openMap("/map?q=NN1%201ED");
    const text = await answerText(page, "NN1 1ED");
    for (const part of ["Northampton 4", "Castle", "High confidence.", "The nearest boundary is 496 m away.", "Office for National Statistics"]) assert.ok(text.includes(part), `${part} in ${text}`);
    assert.ok(!text.includes("Illustrative"));
    assert.match(await page.locator("#attribution").innerText(), /Crown copyright/);
    await assertAccessible(page, "the real county");
    await screenshot(page, "county");
    await page.goto(`${countyService.url}/map?q=ward_2013/E05008833`);
    await page.waitForSelector("html[data-map=ready]");
    assert.match(await answerText(page, "Kings Heath"), /Northampton 4\s+90% of the land, \d+% of the postcodes/);
    await screenshot(page, "county-ward");
    await monitor.close();
    countyService.stop();
  });
});

