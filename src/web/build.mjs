// Bundles the page into the folder that cargo's build script passes:
//
// 1. esbuild bundles the modules of page/; the map library is a separate bundle, loaded later;
// 2. the name of every file contains a hash of its content, so that browsers may cache it for ever;
// 3. every file is compressed once, here.
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

/** Compresses one asset and writes it; returns its name with the hash. */
function writeAsset(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("base64url").replace(/[-_]/g, "0");
  const fileName = `${basename(name, extname(name))}-${hash.slice(0, 12)}${extname(name)}`;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(join(out, "assets", `${fileName}.br`), brotliCompressSync(bytes, quality));
  writeFileSync(join(out, "assets", `${fileName}.gz`), gzipSync(bytes, { level: 9 }));
  return fileName;
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

const worker = writeAsset("worker.js", await bundle("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"));
// Images in the style sheet become data URLs, so that they cause no requests.
const mapStyle = writeAsset("map.css", await bundle("node_modules/maplibre-gl/dist/maplibre-gl.css", { loader: { ".svg": "dataurl" } }));
const define = {
  WORKER_URL: JSON.stringify(`/map/assets/${worker}`),
  MAP_STYLE_URL: JSON.stringify(`/map/assets/${mapStyle}`),
};
const map = writeAsset("map.js", await bundle("page/map/index.ts", { define }));
writeAsset("page.css", await bundle("page/page.css"));
writeAsset("page.js", await bundle("page/main.ts", {
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
