// The parts of the /v1 responses that the page uses, and functions to request them.

export interface Snapshot { id: string; title: string; built: string; illustrative: boolean }

export interface Layer {
  id: string; series: string; title: string; kind: "areas" | "points"; count: number;
  valid_from: string | null; valid_to: string | null; resolution: string | null;
  drawing_error_m: number; coverage: boolean; complete: boolean; licence: string | null; attribution: string | null;
}
export interface Source { count: number; attribution: string | null }
export interface Layers { layers: Layer[]; postcodes: Source | null; addresses: Source | null; snapshot: Snapshot }

export interface LayerUsed {
  layer: string; valid_from: string | null; valid_to: string | null; resolution: string | null;
  superseded_since?: string;
}
export type LayersUsed = Record<string, LayerUsed | null>;

export interface AreaMatch { code: string; name: string; match: "inside" | "boundary" | "addresses"; addresses?: number; share?: number }
/** Why an empty answer does not mean that there is none. */
export type Gap = "incomplete" | "outside";
export interface LayerConfidence {
  level: Level; coverage?: Gap; unassigned?: { addresses: number; share: number };
  boundary_distance_m: number | null; threshold_m: number;
}
export type Level = "high" | "near_boundary" | "low";
export interface NearbyArea { layer: string; code: string; name: string; distance_m: number }
export interface Confidence extends LayerConfidence {
  by: "position" | "addresses"; split?: boolean;
  layers: Record<string, LayerConfidence | null>; near: NearbyArea[];
}
export interface Lookup {
  query: { postcode?: string; lon?: number; lat?: number };
  location: { lon: number; lat: number; easting: number; northing: number; positional_quality?: number; accuracy?: string };
  terminated?: string;
  areas: Record<string, AreaMatch[] | null>;
  confidence: Confidence | null;
  layers: LayersUsed;
  snapshot: Snapshot;
}

export interface Parent { code: string; name: string; relation: string }
export interface Area {
  area: {
    layer: string; code: string; name: string; area_m2: number; perimeter_m: number;
    postcodes?: number; addresses?: number; bbox: [number, number, number, number]; properties: Record<string, unknown>;
  };
  parents: Record<string, Parent[]>;
  layers: LayersUsed;
  snapshot: Snapshot;
}

export interface SharedCount { shared: number; share_of_area: number | null; share_of_other: number | null }
export interface Overlap {
  layer: string; code: string; name: string; relation: "within" | "contains" | "equals" | "partial" | "touches";
  shared_m2: number; share_of_area: number | null; share_of_other: number | null; postcodes?: SharedCount;
}
export interface Overlaps {
  overlaps: Overlap[];
  best_fit: Record<string, { code: string; name: string; by: string; share: number | null } | null>;
  uncovered: Record<string, { m2: number; share: number | null } | null>;
  layers: LayersUsed;
}

export interface Successors { successors: Overlap[] }

export interface TableRow { from_code: string; from_name: string; to_code: string; to_name: string; relation: string }

export type SearchResult =
  | { kind: "area" | "point"; layer: string; code: string; name: string; superseded_since?: string }
  | { kind: "position"; lon: number; lat: number; easting: number; northing: number }
  | { kind: "postcode"; postcode: string; terminated?: string };

export interface NearestSite { lon: number; lat: number; distance_m: number; code: string; name: string; layer: string }

export interface PointGeometry { type: "Point"; coordinates: [number, number] }
export interface Feature<G = unknown> { type: "Feature"; id: string; geometry: G; properties: Record<string, unknown> }
export interface FeatureCollection<G = unknown> { type: "FeatureCollection"; features: Feature<G>[] }

/** An error response, with the message of the service. */
export class ApiError extends Error {
  readonly kind: string;
  constructor(kind: string, detail: string) {
    super(detail);
    this.kind = kind;
  }
}

/** Sends a request. Throws an {@link ApiError} for a failed request or an error response. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError("unreachable", "The service cannot be reached. Check your internet connection and try again.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({})) as { type?: string; detail?: string };
  throw new ApiError(problem.type?.split("/").pop() ?? String(response.status), problem.detail ?? `The service returned an error (${response.status}).`);
}

export async function getJson<T>(path: string, parameters: Record<string, string | number | undefined> = {}, init: RequestInit = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== "") query.set(name, String(value));
  const url = query.size ? `${path}?${query}` : path;
  return await (await request(url, { headers: { accept: "application/geo+json, application/json" }, ...init })).json() as T;
}

const cache = new Map<string, Promise<unknown>>();

/** Like {@link getJson}, but requested only once while the page is open: for data that change only with the snapshot. */
export function getCached<T>(path: string, parameters: Record<string, string | number | undefined> = {}): Promise<T> {
  const key = `${path}?${JSON.stringify(parameters)}`;
  let answer = cache.get(key) as Promise<T> | undefined;
  if (!answer) {
    answer = getJson<T>(path, parameters);
    answer.catch(() => cache.delete(key));
    cache.set(key, answer);
  }
  return answer;
}

/** One segment of a path. */
export const segment = encodeURIComponent;
