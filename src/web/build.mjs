// Bundles the page into OUT, the folder that cargo's build script names:
//
// 1. esbuild puts the modules of page/ together, the map library apart, since it is loaded late;
// 2. every file is named by its content, so that it may be kept for ever;
// 3. it is compressed once, here.
//
// The page itself is src/http/routes/web/page.rs; build.rs finds the names that it links to.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const out = process.argv[2];
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });

/** Names, compresses and writes one asset; returns its name. */
function keep(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("base64url").replace(/[-_]/g, "0");
  const kept = `${basename(name, extname(name))}-${hash.slice(0, 12)}${extname(name)}`;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(join(out, "assets", `${kept}.br`), brotliCompressSync(bytes, quality));
  writeFileSync(join(out, "assets", `${kept}.gz`), gzipSync(bytes, { level: 9 }));
  return kept;
}

async function bundle(entry, options = {}) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    legalComments: "none",
    write: false,
    logLevel: "error",
    ...options,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const worker = keep("worker.js", await bundle("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"));
// Rules of pictures that the page has no use for stay in: they are data, not requests.
const mapStyle = keep("map.css", await bundle("node_modules/maplibre-gl/dist/maplibre-gl.css", { loader: { ".svg": "dataurl" } }));
const define = {
  WORKER_URL: JSON.stringify(`/map/assets/${worker}`),
  MAP_STYLE_URL: JSON.stringify(`/map/assets/${mapStyle}`),
};
const map = keep("map.js", await bundle("page/map/index.ts", { define }));
keep("page.css", await bundle("page/page.css"));
keep("page.js", await bundle("page/main.ts", {
  define: { MAP_MODULE_URL: JSON.stringify(`/map/assets/${map}`) },
}));

/** The licence of every package that is in the bundle. */
function licences() {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const bundled = Object.keys(lock.packages).filter((path) =>
    path && !lock.packages[path].dev && !lock.packages[path].optional && !/esbuild|@types/.test(path));
  return bundled.sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const file = readdirSync(path).find((file) => /^(licen[cs]e|copying)/i.test(file));
    const text = file ? readFileSync(join(path, file), "utf8").trim() : `Licence: ${license}`;
    return `${name} ${version}\n${"=".repeat(name.length + 1 + version.length)}\n\n${text}\n`;
  }).join("\n\n");
}
writeFileSync(join(out, "licences.txt"), licences());
