// Reads a PMTiles archive with its makers' own reader and writes each tile, not compressed.
//
//     node tiles_unpack.mjs FILE.pmtiles FOLDER
//
// Every tile that the header counts must be found, at FOLDER/{z}/{x}/{y}.pbf.

import { mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PMTiles, TileType } from 'pmtiles';

class FileSource {
    constructor(path) {
        this.path = path;
        this.file = openSync(path);
    }
    getKey() {
        return this.path;
    }
    async getBytes(offset, length) {
        const bytes = new Uint8Array(length);
        const read = readSync(this.file, bytes, 0, length, offset);
        return { data: bytes.buffer.slice(0, read) };
    }
}

const [path, folder] = process.argv.slice(2);
const archive = new PMTiles(new FileSource(path));
const header = await archive.getHeader();
if (header.tileType !== TileType.Mvt) throw new Error(`tile type ${header.tileType}`);

const column = (lon, size) => Math.floor((lon / 360 + 0.5) * size);
const row = (lat, size) => {
    const sin = Math.sin((lat * Math.PI) / 180);
    return Math.floor((0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * size);
};
let found = 0;
for (let z = header.minZoom; z <= header.maxZoom; z++) {
    const size = 2 ** z;
    const within = n => Math.max(0, Math.min(size - 1, n));
    // Buffers reach into the tiles around.
    for (let x = within(column(header.minLon, size) - 1); x <= within(column(header.maxLon, size) + 1); x++) {
        for (let y = within(row(header.maxLat, size) - 1); y <= within(row(header.minLat, size) + 1); y++) {
            const tile = await archive.getZxy(z, x, y);
            if (!tile) continue;
            mkdirSync(join(folder, `${z}/${x}`), { recursive: true });
            writeFileSync(join(folder, `${z}/${x}/${y}.pbf`), new Uint8Array(tile.data));
            found++;
        }
    }
}
if (found !== header.numAddressedTiles) {
    throw new Error(`${found} tiles are found and ${header.numAddressedTiles} are counted`);
}
const metadata = await archive.getMetadata();
const layers = metadata.vector_layers.map(layer => layer.id).join(', ');
console.log(`${found} tiles of zooms ${header.minZoom}-${header.maxZoom}: ${layers}`);
