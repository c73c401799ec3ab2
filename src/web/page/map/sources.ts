// Where the map's areas come from. The one place that knows.
import type { SourceSpecification } from "maplibre-gl";
import type { Layer } from "../api.ts";

export interface AreaSource {
  spec: SourceSpecification;
  /** The layer inside the source; none where the source is one layer. */
  areas: { "source-layer"?: string };
  /** The points that carry the names. */
  labels: { "source-layer"?: string };
}

export function areaSource(layer: Layer): AreaSource {
  const data = `${location.origin}/collections/${layer.id}/items`;
  return { spec: { type: "geojson", data, tolerance: 0.2 }, areas: {}, labels: {} };
}
