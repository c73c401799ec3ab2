// The tile sources of the layers.
import type { SourceSpecification } from "maplibre-gl";
import type { Layer } from "../api.ts";

export interface AreaSource {
  spec: SourceSpecification;
  /** The layer of areas in the tiles. */
  areas: { "source-layer": string };
  /** The layer of label points in the tiles. */
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
 * A TileJSON has absolute tile URLs. Behind a proxy the service may not know its public host, so tiles
 * are requested from the origin of the page.
 */
export function sameOrigin(url: string, basemap: { url: string } | null): string {
  const parsed = new URL(url, location.href);
  const isBasemap = basemap !== null && new URL(basemap.url).origin === parsed.origin;
  return isBasemap || !parsed.pathname.startsWith("/tiles/") ? url : `${location.origin}${parsed.pathname}${parsed.search}`;
}
