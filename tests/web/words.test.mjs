// The parts of the page that need no page.
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
const words = await load("words.ts");
const { parse } = await load("csv.ts");
const { colour } = await load("colours.ts");
const { understand } = await load("address.ts");

it("a share never says all of less than all, nor nothing of something", () => {
  assert.deepEqual([0, 0.0004, 0.5, 0.9996, 1].map(words.percent), ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]);
});

it("a layer's title gives the name of one of its areas", () => {
  const titles = ["Local Area Partnerships", "Wards, December 2022", "Parishes", "Localities", "GP practices", "Local authorities", "Ground"];
  assert.deepEqual(titles.map(words.singular), ["Local Area Partnership", "Ward", "Parish", "Locality", "GP practice", "Local authority", "Ground"]);
});

it("CSV is read with its quotes, line ends and byte order mark", () => {
  assert.deepEqual(parse('\ufeffa,b\r\n"1, ""x""",2\n\n3,"4\n5"'), [["a", "b"], ['1, "x"', "2"], ["3", "4\n5"]]);
});

it("what is typed is a postcode, a point, an area or a name", () => {
  const kind = (text) => understand(text, new Set(["lap", "ward"])).kind;
  assert.deepEqual(["", "nn1 1ed", "NN11ED", "-0.9, 52.2", "lap/N4", "x/y", "Castle", "E05013246"].map(kind),
    ["nothing", "place", "place", "place", "area", "text", "text", "text"]);
});

it("neighbours differ even where all are neighbours of five", () => {
  const codes = ["a", "b", "c", "d", "e", "f"];
  const all = new Map(codes.map((code) => [code, new Set(codes.filter((other) => other !== code))]));
  assert.equal(new Set(colour(codes, all).values()).size, 6);
});

const lookup = (confidence, more = {}) => ({
  query: { postcode: "NN1 1ED" }, location: { positional_quality: 10 }, areas: { lap: [{ code: "N4", name: "N4" }] },
  confidence: { level: "high", boundary_distance_m: 496, by: "position", near: [], layers: { lap: { level: "high" }, ward: { level: "high" } }, ...confidence }, ...more,
});
const told = (answer) => { const { headline, advice } = words.confidence(answer, ["lap", "ward"], (series) => series.toUpperCase()); return `${headline} ${advice}`; };

it("what is not held is not called none, and never sure", () => {
  const lap = { level: "low", coverage: "incomplete" };
  const many = { lap: "Local Area Partnerships", ward: "Wards" };
  const say = (answer) => { const { level, headline, advice } = words.confidence(answer, ["lap", "ward"], (key) => key, (key) => many[key]); return `${level}: ${headline} ${advice}`; };
  const unknown = { level: "low", coverage: "incomplete", layers: { lap, ward: { level: "high" } } };
  assert.equal(say(lookup(unknown)), "doubt: We do not hold the Local Area Partnerships here. That does not mean that there is none. The rest of the answer is sure.");
  const both = { ...unknown, layers: { lap: { level: "high" }, ward: lap } };
  assert.equal(say(lookup(both)), "doubt: We do not hold the wards here. That does not mean that there is none. The rest of the answer is sure.");
  const near = { ...unknown, layers: { lap, ward: { level: "near_boundary" } } };
  assert.ok(!say(lookup(near)).includes("sure"));
  const outside = { level: "low", coverage: "outside", near: [{ layer: "ward", code: "b", name: "St George", distance_m: 38 }] };
  assert.equal(say(lookup(outside)), "doubt: Outside the area that this service covers. The nearest area that we hold is St George, 38 m away.");
  const split = { level: "low", split: true, coverage: "incomplete", layers: { lap: { ...lap, unassigned: { addresses: 1, share: 0.5 } } } };
  assert.match(say(lookup(split)), /^doubt: This postcode is split\..* Some lie where we do not hold the Local Area Partnerships\. Ask/);
});

it("boundaries that were replaced say since when, and whether newer ones are held", () => {
  assert.equal(words.superseded("2025-05-01", false), "These boundaries were replaced on 1 May 2025. We do not hold newer ones.");
  assert.equal(words.superseded("2025-05-01", true), "These boundaries were replaced on 1 May 2025.");
  assert.deepEqual(["Wards", "Local authorities", "GP practices", "Local Area Partnerships"].map(words.inSentence),
    ["wards", "local authorities", "GP practices", "Local Area Partnerships"]);
});

it("how sure an answer is reads as a clerk would say it", () => {
  assert.equal(told(lookup({})), "Sure. The nearest boundary is 496 m away.");
  const near = [{ layer: "ward", code: "b", name: "St George", distance_m: 38 }];
  const ward = { level: "near_boundary", boundary_distance_m: 38, near };
  assert.equal(told(lookup({ ...ward, layers: { lap: { level: "near_boundary" } } })), "38 m from the edge of St George. Ask for the address.");
  assert.equal(told(lookup(ward)), "38 m from the edge of St George. The LAP is not in doubt; the WARD is. Ask for the address.");
  const lap = { layer: "lap", code: "N5", name: "Northampton 5", distance_m: 40 };
  assert.match(told(lookup({ ...ward, near: [...near, lap] })), /^40 m from the edge of Northampton 5\./);
  assert.match(told(lookup({ level: "low", split: true })), /^This postcode is split\./);
  assert.match(told(lookup({ level: "low" }, { location: { positional_quality: 50 } })), /only roughly known/);
  assert.match(told(lookup(ward, { query: { lon: 0, lat: 52 } })), /Choose the place more exactly\.$/);
});
