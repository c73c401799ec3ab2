// Where the map's areas come from. The one place that knows.
import type { SourceSpecification } from "maplibre-gl";
import type { Layer } from "../api.ts";

export interface AreaSource {
  spec: SourceSpecification;
  /** The layer inside the tiles. */
  areas: { "source-layer": string };
  /** The points that carry the names. */
  labels: { "source-layer": string };
}

export function areaSource(layer: Layer): AreaSource {
  return {
    spec: { type: "vector", url: `${location.origin}/tiles/${layer.id}.json` },
    areas: { "source-layer": layer.id },
    labels: { "source-layer": `${layer.id}_label` },
  };
}

/**
 * A TileJSON names its tiles with the host that the service believes it has. Behind a proxy that is
 * another: the reader asks whom the page came from.
 */
export function fromHere(url: string, basemap: { url: string } | null): string {
  const asked = new URL(url, location.href);
  const isBasemap = basemap !== null && new URL(basemap.url).origin === asked.origin;
  return isBasemap || !asked.pathname.startsWith("/tiles/") ? url : `${location.origin}${asked.pathname}${asked.search}`;
}
