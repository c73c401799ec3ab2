// What the page answers, and in how many ways it can be asked.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { accessible, answer, close, picture, serve, watched } from "./service.mjs";

let service;
before(async () => { service = await serve(); });
after(async () => { await close(); service?.stop(); });
const open = async (path, options) => {
  const watch = await watched(service.url, options);
  await watch.ready(path);
  return watch;
};

describe("a postcode", () => {
  it("is answered with its areas, how sure that is, and from what", async () => {
    const watch = await open("/map");
    const { page } = watch;
    await accessible(page, "before anything is asked");
    await picture(page, "start");
    await page.fill("#q", "ly3 2ad");
    await page.click("#search button");
    const told = await answer(page, "LY3 2AD");
    for (const part of ["North Lyonesse 1", "XN1", "Menkernyk and Penscawen", "Bosdavas",
      "21 m from the edge of North Lyonesse 4. Ask for the address.", "or perhaps North Lyonesse 4",
      "Wards, April 2021: in force from 1 April 2021", "Illustrative"]) {
      assert.ok(told.includes(part), `${part} in ${told}`);
    }
    assert.equal(new URL(page.url()).searchParams.get("q"), "ly3 2ad");
    assert.match(await page.title(), /LY3 2AD/);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "LY3 2AD", "the answer has the focus");
    await page.locator("#answer .nearest").waitFor();
    assert.match(await page.locator("#answer .nearest").innerText(), /Bosdavas Medical Centre 0 m/);
    await page.waitForLoadState("networkidle");
    await accessible(page, "a postcode near a boundary");
    await picture(page, "postcode");
    await watch.done();
  });

  it("whose addresses lie in several areas is called split", async () => {
    const watch = await open("/map?q=LY1%203BA");
    const told = await answer(watch.page, "LY1 3BA");
    assert.match(told, /This postcode is split\./);
    assert.match(told, /XN1\s+52 % of its addresses \(11\)/);
    assert.match(told, /XN4\s+48 % of its addresses \(10\)/);
    await accessible(watch.page, "a split postcode");
    await watch.done();
  });

  it("that has ended is answered by its last location and says so", async () => {
    // The first that the county has, by its own search.
    const hits = [];
    for (const start of ["LY1", "LY2", "LY3", "LY4", "LY5"]) {
      const found = await (await fetch(`${service.url}/v1/search?q=${start}&limit=100`)).json();
      hits.push(...found.results.filter((hit) => hit.terminated));
    }
    assert.ok(hits.length, "Lyonesse has ended postcodes");
    const watch = await open(`/map?q=${encodeURIComponent(hits[0].postcode)}`);
    assert.match(await answer(watch.page, hits[0].postcode), /This postcode ended in \w+ \d{4}\. The answer is for its last location\./);
    await watch.done();
  });

  it("that is not known is refused in the service's own words", async () => {
    const watch = await open("/map", { expected: /404/ });
    const { page } = watch;
    await page.fill("#q", "LY99 9ZZ");
    await page.press("#q", "Enter");
    assert.match(await answer(page, "No answer"), /LY99 9ZZ is not among the postcodes/);
    assert.match(await page.locator("#status").innerText(), /not among the postcodes/);
    await accessible(page, "a refusal");
    await watch.done();
  });
});

describe("by keyboard alone", () => {
  it("a suggestion is chosen, read out and answered", async () => {
    const watch = await open("/map");
    const { page } = watch;
    const focus = (test) => page.evaluate(test);
    for (let presses = 0; presses < 10 && (await focus(() => document.activeElement.id)) !== "q"; presses++) await page.keyboard.press("Tab");
    assert.equal(await focus(() => document.activeElement.id), "q", "the field is reached by Tab");
    await page.keyboard.type("north ly");
    await page.locator("#suggestions li").first().waitFor();
    assert.equal(await page.getAttribute("#q", "aria-expanded"), "true");
    await accessible(page, "with suggestions");
    await picture(page, "suggestions");
    await page.keyboard.press("ArrowDown");
    const active = await page.getAttribute("#q", "aria-activedescendant");
    const name = await page.locator(`#${active} .name`).innerText();
    assert.equal(await page.getAttribute(`#${active}`, "aria-selected"), "true");
    await page.keyboard.press("Enter");
    await answer(page, name);
    assert.equal(await focus(() => document.activeElement.tagName), "H2", "the answer has the focus");
    assert.match(await page.locator("#status").innerText(), new RegExp(name));
    await watch.done();
  });

  it("Escape closes the suggestions, then empties the field", async () => {
    const watch = await open("/map");
    const { page } = watch;
    await page.focus("#q");
    await page.keyboard.type("st");
    await page.locator("#suggestions li").first().waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#suggestions").isHidden());
    assert.equal(await page.inputValue("#q"), "st");
    await page.keyboard.press("Escape");
    assert.equal(await page.inputValue("#q"), "");
    await watch.done();
  });

  it("the middle of the map is asked for with Enter", async () => {
    const watch = await open("/map#map=12/50.41205/-6.64532");
    const { page } = watch;
    await page.focus("#map canvas");
    await page.keyboard.press("Enter");
    assert.match(await answer(page, "This point"), /North Lyonesse/);
    assert.match(new URL(page.url()).searchParams.get("q"), /^-6\.645\d+,50\.412\d+$/);
    await watch.done();
  });

  it("the first stops lead past the rest of the page", async () => {
    const watch = await open("/map");
    const { page } = watch;
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "answer");
    await watch.done();
  });
});

describe("a click on the map", () => {
  it("answers what the same point answers, and keeps the view in the link", async () => {
    // Without practices, so that the click meets none.
    const watch = await open("/map?layers=lap,ward#map=12/50.41205/-6.64532");
    const { page } = watch;
    const map = await page.locator("#map").boundingBox();
    await page.mouse.click(map.x + map.width * 0.3, map.y + map.height * 0.6);
    const told = await answer(page, "This point");
    const [lon, lat] = new URL(page.url()).searchParams.get("q").split(",");
    const same = await (await fetch(`${service.url}/v1/lookup?lon=${lon}&lat=${lat}`)).json();
    assert.ok(told.includes(same.areas.lap[0].name), told);
    assert.match(page.url(), /#map=12/);
    await accessible(page, "a point");
    await watch.done();
  });

  it("back and forward go from answer to answer", async () => {
    const watch = await open("/map?q=LY3%202AD");
    const { page } = watch;
    await answer(page, "LY3 2AD");
    await page.click("#answer a:text-is('North Lyonesse 1')");
    await answer(page, "North Lyonesse 1");
    await page.goBack();
    await answer(page, "LY3 2AD");
    assert.equal(await page.inputValue("#q"), "LY3 2AD");
    await page.goForward();
    await answer(page, "North Lyonesse 1");
    assert.equal(new URL(page.url()).searchParams.get("q"), "lap/XN1");
    await watch.done();
  });
});

describe("an area", () => {
  it("tells how much of it each other area holds, in words and bars", async () => {
    const watch = await open("/map?q=parish/X04000064");
    const { page } = watch;
    const told = await answer(page, "Langolow");
    const api = await (await fetch(`${service.url}/v1/areas/parish/X04000064/overlaps?with=lap`)).json();
    for (const { name, share_of_area: land, postcodes } of api.overlaps) {
      const words = `${Math.round(land * 100)} % of the land, ${Math.round(postcodes.share_of_area * 100)} % of the postcodes`;
      assert.ok(told.includes(words) && told.includes(name), `${name}: ${words} in ${told}`);
    }
    const widths = await page.locator(".shares").first().locator(".bar .land").evaluateAll((bars) => bars.map((bar) => parseFloat(bar.style.inlineSize)));
    const expected = api.overlaps.map((overlap) => overlap.share_of_area * 100);
    assert.deepEqual(widths.map(Math.round).sort(), expected.map(Math.round).sort());
    await accessible(page, "a parish");
    await picture(page, "parish");
    await watch.done();
  });

  it("shows its neighbours, and the practices and assets within by the service's own rule", async () => {
    const watch = await open("/map?q=lap/XN1");
    const { page } = watch;
    const told = await answer(page, "North Lyonesse 1");
    const api = await (await fetch(`${service.url}/v1/areas/lap/XN1/overlaps?with=lap&touches=include`)).json();
    assert.match(told, new RegExp(`Neighbours \\(${api.overlaps.length}\\)`));
    const practices = await (await fetch(`${service.url}/collections/gp_practice/items`)).json();
    let within = 0;
    for (const { geometry } of practices.features) {
      const [lon, lat] = geometry.coordinates;
      const at = await (await fetch(`${service.url}/v1/lookup?lon=${lon}&lat=${lat}&layers=lap`)).json();
      within += at.areas.lap.some(({ code }) => code === "XN1") ? 1 : 0;
    }
    assert.match(told, new RegExp(`GP practices \\(${within}\\)`));
    const row = await page.locator("#by-area tr", { hasText: "North Lyonesse 1" }).innerText();
    assert.equal(Number(row.split(/\s+/).at(-2)), within, row);
    await accessible(page, "a LAP");
    await picture(page, "lap");
    await watch.done();
  });

  it("can be taken away", async () => {
    const watch = await open("/map?q=lap/XN1");
    const { page } = watch;
    await answer(page, "North Lyonesse 1");
    const [boundary] = await Promise.all([page.waitForEvent("download"), page.getByText("This boundary, GeoJSON").click()]);
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
    await watch.done();
  });

  it("is found by its code, and a name of several is a choice", async () => {
    const watch = await open("/map");
    const { page } = watch;
    await page.fill("#q", "XN1");
    await page.press("#q", "Enter");
    await answer(page, "North Lyonesse 1");
    await page.fill("#q", "st cradock");
    await page.press("#q", "Enter");
    await answer(page, "that begin with");
    assert.ok(await page.locator(".finds li").count() > 3);
    await accessible(page, "a choice");
    await page.click(".finds a >> nth=0");
    await page.locator("#answer .card.area, #answer .areas").first().waitFor();
    await watch.done();
  });
});
