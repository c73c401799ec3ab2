// Decodes a tree of tiles with Mapbox's own decoder and prints each feature as a line of JSON.
//
//     node tiles_decode.mjs FOLDER
//
// FOLDER holds {z}/{x}/{y}.pbf, not compressed. Coordinates are printed in tile units, as decoded.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader as Pbf } from 'pbf';

const folder = process.argv[2];
for (const z of readdirSync(folder)) {
    for (const x of readdirSync(join(folder, z))) {
        for (const file of readdirSync(join(folder, z, x))) {
            const tile = new VectorTile(new Pbf(readFileSync(join(folder, z, x, file))));
            for (const [name, layer] of Object.entries(tile.layers)) {
                for (let i = 0; i < layer.length; i++) {
                    const feature = layer.feature(i);
                    console.log(JSON.stringify({
                        tile: [Number(z), Number(x), parseInt(file, 10)],
                        layer: name,
                        version: layer.version,
                        extent: layer.extent,
                        id: feature.id,
                        type: feature.type,
                        properties: feature.properties,
                        geometry: feature.loadGeometry().map(part => part.map(p => [p.x, p.y])),
                    }));
                }
            }
        }
    }
}
