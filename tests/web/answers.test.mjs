// The answers of the page, and the ways to query it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { assertAccessible, answerText, close, screenshot, serve, monitorPage } from "./service.mjs";

let service;
before(async () => { service = await serve(); });
after(async () => { await close(); service?.stop(); });
const open = async (path, options) => {
  const monitor = await monitorPage(service.url, options);
  await monitor.openMap(path);
  return monitor;
};

describe("a postcode", () => {
  it("shows its areas, their confidence and their sources", async () => {
    const monitor = await open("/map");
    const { page } = monitor;
    await assertAccessible(page, "the start page");
    await screenshot(page, "start");
    await page.fill("#q", "ly3 2ad");
    await page.click("#search button");
    const text = await answerText(page, "LY3 2AD");
    for (const part of ["North Lyonesse 1", "XN1", "Menkernyk and Penscawen", "Bosdavas",
      "21 m from the boundary with North Lyonesse 4. Check the full address.", "possibly North Lyonesse 4",
      "Wards, April 2021: in force from 1 April 2021", "Illustrative"]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.equal(new URL(page.url()).searchParams.get("q"), "ly3 2ad");
    assert.match(await page.title(), /LY3 2AD/);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "LY3 2AD", "the result has the focus");
    await page.locator("#answer .nearest").waitFor();
    assert.match(await page.locator("#answer .nearest").innerText(), /Bosdavas Medical Centre 0 m/);
    await page.waitForLoadState("networkidle");
    await assertAccessible(page, "a postcode near a boundary");
    await screenshot(page, "postcode");
    await monitor.close();
  });

  it("is reported as split if its addresses are in several areas", async () => {
    const monitor = await open("/map?q=LY1%203BA");
    const text = await answerText(monitor.page, "LY1 3BA");
    assert.match(text, /This postcode is split\./);
    assert.match(text, /XN1\s+52% of its addresses \(11\)/);
    assert.match(text, /XN4\s+48% of its addresses \(10\)/);
    await assertAccessible(monitor.page, "a split postcode");
    await monitor.close();
  });

  it("that was withdrawn shows its last location and says so", async () => {
    // The search finds a withdrawn postcode.
    const hits = [];
    for (const start of ["LY1", "LY2", "LY3", "LY4", "LY5"]) {
      const found = await (await fetch(`${service.url}/v1/search?q=${start}&limit=100`)).json();
      hits.push(...found.results.filter((hit) => hit.terminated));
    }
    assert.ok(hits.length, "Lyonesse has withdrawn postcodes");
    const monitor = await open(`/map?q=${encodeURIComponent(hits[0].postcode)}`);
    assert.match(await answerText(monitor.page, hits[0].postcode), /This postcode was withdrawn in \w+ \d{4}\. The result is for its last location\./);
    await monitor.close();
  });

  it("that is unknown shows the error message of the service", async () => {
    const monitor = await open("/map", { expected: /404/ });
    const { page } = monitor;
    await page.fill("#q", "LY99 9ZZ");
    await page.press("#q", "Enter");
    assert.match(await answerText(page, "No result"), /LY99 9ZZ is not among the postcodes/);
    assert.match(await page.locator("#status").innerText(), /not among the postcodes/);
    await assertAccessible(page, "an error");
    await monitor.close();
  });
});

describe("with the keyboard", () => {
  it("a suggestion can be chosen, is announced, and shows its result", async () => {
    const monitor = await open("/map");
    const { page } = monitor;
    const focus = (test) => page.evaluate(test);
    for (let presses = 0; presses < 10 && (await focus(() => document.activeElement.id)) !== "q"; presses++) await page.keyboard.press("Tab");
    assert.equal(await focus(() => document.activeElement.id), "q", "Tab reaches the search field");
    await page.keyboard.type("north ly");
    await page.locator("#suggestions li").first().waitFor();
    assert.equal(await page.getAttribute("#q", "aria-expanded"), "true");
    await assertAccessible(page, "with suggestions");
    await screenshot(page, "suggestions");
    await page.keyboard.press("ArrowDown");
    const active = await page.getAttribute("#q", "aria-activedescendant");
    const name = await page.locator(`#${active} .name`).innerText();
    assert.equal(await page.getAttribute(`#${active}`, "aria-selected"), "true");
    await page.keyboard.press("Enter");
    await answerText(page, name);
    assert.equal(await focus(() => document.activeElement.tagName), "H2", "the result has the focus");
    assert.match(await page.locator("#status").innerText(), new RegExp(name));
    await monitor.close();
  });

  it("Escape closes the suggestions, then clears the field", async () => {
    const monitor = await open("/map");
    const { page } = monitor;
    await page.focus("#q");
    await page.keyboard.type("st");
    await page.locator("#suggestions li").first().waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#suggestions").isHidden());
    assert.equal(await page.inputValue("#q"), "st");
    await page.keyboard.press("Escape");
    assert.equal(await page.inputValue("#q"), "");
    await monitor.close();
  });

  it("Enter on the map searches at its centre", async () => {
    const monitor = await open("/map#map=12/50.41205/-6.64532");
    const { page } = monitor;
    await page.focus("#map canvas");
    await page.keyboard.press("Enter");
    assert.match(await answerText(page, "Selected point"), /North Lyonesse/);
    assert.match(new URL(page.url()).searchParams.get("q"), /^-6\.645\d+,50\.412\d+$/);
    await monitor.close();
  });

  it("the first Tab stop is a skip link to the result", async () => {
    const monitor = await open("/map");
    const { page } = monitor;
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "answer");
    await monitor.close();
  });
});

describe("a click on the map", () => {
  it("shows the same as a lookup of that point, and keeps the map position in the URL", async () => {
    // Without practices, so that the click cannot hit one.
    const monitor = await open("/map?layers=lap,ward#map=12/50.41205/-6.64532");
    const { page } = monitor;
    const map = await page.locator("#map").boundingBox();
    await page.mouse.click(map.x + map.width * 0.3, map.y + map.height * 0.6);
    const text = await answerText(page, "Selected point");
    const [lon, lat] = new URL(page.url()).searchParams.get("q").split(",");
    const same = await (await fetch(`${service.url}/v1/lookup?lon=${lon}&lat=${lat}`)).json();
    assert.ok(text.includes(same.areas.lap[0].name), text);
    assert.match(page.url(), /#map=12/);
    await assertAccessible(page, "a point");
    await monitor.close();
  });

  it("is undone by the Back button and redone by Forward", async () => {
    const monitor = await open("/map?q=LY3%202AD");
    const { page } = monitor;
    await answerText(page, "LY3 2AD");
    await page.click("#answer a:text-is('North Lyonesse 1')");
    await answerText(page, "North Lyonesse 1");
    await page.goBack();
    await answerText(page, "LY3 2AD");
    assert.equal(await page.inputValue("#q"), "LY3 2AD");
    await page.goForward();
    await answerText(page, "North Lyonesse 1");
    assert.equal(new URL(page.url()).searchParams.get("q"), "lap/XN1");
    await monitor.close();
  });
});

describe("an area", () => {
  it("shows its share in each overlapping area, as text and bars", async () => {
    const monitor = await open("/map?q=parish/X04000064");
    const { page } = monitor;
    const text = await answerText(page, "Langolow");
    const api = await (await fetch(`${service.url}/v1/areas/parish/X04000064/overlaps?with=lap`)).json();
    for (const { name, share_of_area: land, postcodes } of api.overlaps) {
      const words = `${Math.round(land * 100)}% of the land, ${Math.round(postcodes.share_of_area * 100)}% of the postcodes`;
      assert.ok(text.includes(words) && text.includes(name), `${name}: ${words} in ${text}`);
    }
    const widths = await page.locator(".shares").first().locator(".bar .land").evaluateAll((bars) => bars.map((bar) => parseFloat(bar.style.inlineSize)));
    const expected = api.overlaps.map((overlap) => overlap.share_of_area * 100);
    assert.deepEqual(widths.map(Math.round).sort(), expected.map(Math.round).sort());
    await assertAccessible(page, "a parish");
    await screenshot(page, "parish");
    await monitor.close();
  });

  it("shows its neighbours, and the sites that a lookup places in it", async () => {
    const monitor = await open("/map?q=lap/XN1");
    const { page } = monitor;
    const text = await answerText(page, "North Lyonesse 1");
    const api = await (await fetch(`${service.url}/v1/areas/lap/XN1/overlaps?with=lap&touches=include`)).json();
    assert.match(text, new RegExp(`Neighbours \\(${api.overlaps.length}\\)`));
    const practices = await (await fetch(`${service.url}/collections/gp_practice/items`)).json();
    let within = 0;
    for (const { geometry } of practices.features) {
      const [lon, lat] = geometry.coordinates;
      const at = await (await fetch(`${service.url}/v1/lookup?lon=${lon}&lat=${lat}&layers=lap`)).json();
      within += at.areas.lap.some(({ code }) => code === "XN1") ? 1 : 0;
    }
    assert.match(text, new RegExp(`GP practices \\(${within}\\)`));
    const row = await page.locator("#by-area tr", { hasText: "North Lyonesse 1" }).innerText();
    assert.equal(Number(row.split(/\s+/).at(-2)), within, row);
    await assertAccessible(page, "a LAP");
    await screenshot(page, "lap");
    await monitor.close();
  });

  it("can be downloaded", async () => {
    const monitor = await open("/map?q=lap/XN1");
    const { page } = monitor;
    await answerText(page, "North Lyonesse 1");
    const [boundary] = await Promise.all([page.waitForEvent("download"), page.getByText("This boundary (GeoJSON)").click()]);
    assert.equal(boundary.suggestedFilename(), "lap-XN1.geojson");
    const feature = JSON.parse(readFileSync(await boundary.path(), "utf8"));
    assert.equal(feature.properties.code, "XN1");
    const links = await page.locator(".downloads a").evaluateAll((all) => all.map((a) => a.href));
    assert.ok(links.length >= 6);
    for (const link of links) {
      const response = await fetch(link);
      assert.equal(response.status, 200, link);
      assert.ok((await response.text()).includes("XN1"), link);
    }
    await monitor.close();
  });

  it("is found by its code, and an ambiguous name lists the results", async () => {
    const monitor = await open("/map");
    const { page } = monitor;
    await page.fill("#q", "XN1");
    await page.press("#q", "Enter");
    await answerText(page, "North Lyonesse 1");
    await page.fill("#q", "st cradock");
    await page.press("#q", "Enter");
    await answerText(page, "starting with");
    assert.ok(await page.locator(".results li").count() > 3);
    await assertAccessible(page, "a list of results");
    await page.click(".results a >> nth=0");
    await page.locator("#answer .card.area, #answer .areas").first().waitFor();
    await monitor.close();
  });
});
