// The modules of the page that do not use the DOM.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { it } from "node:test";

const web = new URL("../../src/web/", import.meta.url);
const { build } = createRequire(new URL("package.json", web))("esbuild");

async function load(module) {
  const { outputFiles } = await build({
    entryPoints: [new URL(`page/${module}`, web).pathname], bundle: true, format: "esm", write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
const format = await load("format.ts");
const { parse } = await load("csv.ts");
const { assignPatterns } = await load("colours.ts");
const { parseQuery } = await load("address.ts");

it("only an exact share is shown as 0% or 100%", () => {
  assert.deepEqual([0, 0.0004, 0.5, 0.9996, 1].map(format.percent), ["0%", "less than 1%", "50%", "more than 99%", "100%"]);
});

it("the singular of a layer title names one area", () => {
  const titles = ["Local Area Partnerships", "Wards, December 2022", "Parishes", "Localities", "GP practices", "Local authorities", "Ground"];
  assert.deepEqual(titles.map(format.singular), ["Local Area Partnership", "Ward", "Parish", "Locality", "GP practice", "Local authority", "Ground"]);
});

it("CSV is parsed with quotes, any line ending and a byte order mark", () => {
  assert.deepEqual(parse('\ufeffa,b\r\n"1, ""x""",2\n\n3,"4\n5"'), [["a", "b"], ['1, "x"', "2"], ["3", "4\n5"]]);
});

it("a query is a postcode, a point, an area or text", () => {
  const kind = (text) => parseQuery(text, new Set(["lap", "ward"])).kind;
  assert.deepEqual(["", "nn1 1ed", "NN11ED", "-0.9, 52.2", "lap/N4", "x/y", "Castle", "E05013246"].map(kind),
    ["empty", "location", "location", "location", "area", "text", "text", "text"]);
});

it("neighbours get different patterns even if each of six areas borders all others", () => {
  const codes = ["a", "b", "c", "d", "e", "f"];
  const all = new Map(codes.map((code) => [code, new Set(codes.filter((other) => other !== code))]));
  assert.equal(new Set(assignPatterns(codes, all).values()).size, 6);
});

const lookup = (confidence, more = {}) => ({
  query: { postcode: "NN1 1ED" }, location: { positional_quality: 10 }, areas: { lap: [{ code: "N4", name: "N4" }] },
  confidence: { level: "high", boundary_distance_m: 496, by: "position", near: [], layers: { lap: { level: "high" }, ward: { level: "high" } }, ...confidence }, ...more,
});
const confidenceText = (answer) => { const { headline, advice } = format.confidenceText(answer, ["lap", "ward"], (series) => series.toUpperCase()); return `${headline} ${advice}`; };

it("an area that is not held is not reported as none, and never as certain", () => {
  const lap = { level: "low", coverage: "incomplete" };
  const plurals = { lap: "Local Area Partnerships", ward: "Wards" };
  const text = (answer) => {
    const { level, headline, advice } = format.confidenceText(answer, ["lap", "ward"], (key) => key, (key) => plurals[key]);
    return `${level}: ${headline} ${advice}`;
  };
  const unknown = { level: "low", coverage: "incomplete", layers: { lap, ward: { level: "high" } } };
  assert.equal(text(lookup(unknown)), "uncertain: We do not hold the Local Area Partnerships here. There may still be one. The rest of the answer is certain.");
  const ward = { ...unknown, layers: { lap: { level: "high" }, ward: lap } };
  assert.equal(text(lookup(ward)), "uncertain: We do not hold the wards here. There may still be one. The rest of the answer is certain.");
  const near = { ...unknown, layers: { lap, ward: { level: "near_boundary" } } };
  assert.ok(!text(lookup(near)).includes("is certain"));
  const outside = { level: "low", coverage: "outside", near: [{ layer: "ward", code: "b", name: "St George", distance_m: 38 }] };
  assert.equal(text(lookup(outside)), "uncertain: Outside the area that this service covers. The nearest area that we hold is St George, 38 m away.");
  const split = { level: "low", split: true, coverage: "incomplete", layers: { lap: { ...lap, unassigned: { addresses: 1, share: 0.5 } } } };
  assert.match(text(lookup(split)), /^uncertain: This postcode is split\..* Some are where we do not hold the Local Area Partnerships\. Check/);
});

it("replaced boundaries say since when, and whether newer ones are held", () => {
  assert.equal(format.superseded("2025-05-01", false), "These boundaries were replaced on 1 May 2025. We do not hold newer ones.");
  assert.equal(format.superseded("2025-05-01", true), "These boundaries were replaced on 1 May 2025.");
  assert.deepEqual(["Wards", "Local authorities", "GP practices", "Local Area Partnerships"].map(format.inSentence),
    ["wards", "local authorities", "GP practices", "Local Area Partnerships"]);
});

it("the confidence of an answer is a headline and advice", () => {
  assert.equal(confidenceText(lookup({})), "High confidence. The nearest boundary is 496 m away.");
  const near = [{ layer: "ward", code: "b", name: "St George", distance_m: 38 }];
  const ward = { level: "near_boundary", boundary_distance_m: 38, near };
  assert.equal(confidenceText(lookup({ ...ward, layers: { lap: { level: "near_boundary" } } })), "38 m from the boundary with St George. Check the full address.");
  assert.equal(confidenceText(lookup(ward)), "38 m from the boundary with St George. The LAP is certain, but the WARD is not. Check the full address.");
  const lap = { layer: "lap", code: "N5", name: "Northampton 5", distance_m: 40 };
  assert.match(confidenceText(lookup({ ...ward, near: [...near, lap] })), /^40 m from the boundary with Northampton 5\./);
  assert.match(confidenceText(lookup({ level: "low", split: true })), /^This postcode is split\./);
  assert.match(confidenceText(lookup({ level: "low" }, { location: { positional_quality: 50 } })), /position of this postcode is approximate/);
  assert.match(confidenceText(lookup(ward, { query: { lon: 0, lat: 52 } })), /Choose a more exact point\.$/);
});
