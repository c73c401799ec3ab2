// Fill patterns: six colours that colour-blind readers can tell apart (tints of the Okabe-Ito
// palette), each with its own hatching for black-and-white print and readers who see no colour.

export interface FillPattern { name: string; background: string; line: string; hatch: Hatch }
type Hatch = "none" | "up" | "dots" | "down" | "level" | "cross";

export const PATTERNS: readonly FillPattern[] = [
  { name: "blue", background: "#cfe6f5", line: "#3c8fc4", hatch: "none" },
  { name: "orange", background: "#fae3bd", line: "#c98a1b", hatch: "up" },
  { name: "green", background: "#cdebdf", line: "#2f9577", hatch: "dots" },
  { name: "pink", background: "#f2dbe8", line: "#b9639a", hatch: "down" },
  { name: "yellow", background: "#f7f3c4", line: "#a89d1f", hatch: "level" },
  { name: "grey", background: "#e2e2e2", line: "#7d7d7d", hatch: "cross" },
];

/** Side of the repeated square, in CSS pixels. */
export const TILE = 12;

/** Draws one square of a pattern. */
export function hatch(context: CanvasRenderingContext2D, pattern: FillPattern, side: number): void {
  const unit = side / TILE;
  context.fillStyle = pattern.background;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = pattern.line;
  context.fillStyle = pattern.line;
  context.globalAlpha = 0.5;
  context.lineWidth = unit;
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    context.beginPath();
    context.moveTo(x1 * unit, y1 * unit);
    context.lineTo(x2 * unit, y2 * unit);
    context.stroke();
  };
  const up = () => { for (const index of [-12, 0, 12]) line(index - 2, 14, index + 14, -2); };
  const down = () => { for (const index of [-12, 0, 12]) line(index - 2, -2, index + 14, 14); };
  if (pattern.hatch === "up" || pattern.hatch === "cross") up();
  if (pattern.hatch === "down" || pattern.hatch === "cross") down();
  if (pattern.hatch === "level") line(0, 6, 12, 6);
  if (pattern.hatch === "dots") {
    for (const [x, y] of [[3, 3], [9, 9]] as const) {
      context.beginPath();
      context.arc(x * unit, y * unit, 1.1 * unit, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.globalAlpha = 1;
}

/** A sample of a pattern, for the legend. */
export function swatch(pattern: FillPattern): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = 48;
  canvas.height = 32;
  canvas.className = "swatch";
  canvas.dataset["pattern"] = pattern.name;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  const tile = document.createElement("canvas");
  tile.width = tile.height = 2 * TILE;
  const tileContext = tile.getContext("2d");
  if (context && tileContext) {
    hatch(tileContext, pattern, tile.width);
    context.fillStyle = context.createPattern(tile, "repeat")!;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/**
 * Assigns a pattern to each code with the DSATUR algorithm (Brélaz, 1979): the next area is always
 * the one whose neighbours already have the most patterns. A planar map seldom needs more than five
 * of the six; if all six are taken, the one that the fewest neighbours have is repeated.
 */
export function assignPatterns(codes: string[], neighbours: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const patterns = new Map<string, number>();
  const useCounts = new Array<number>(PATTERNS.length).fill(0);
  const neighbouringPatterns = (code: string) => [...(neighbours.get(code) ?? [])].flatMap((other) => patterns.get(other) ?? []);
  const uncoloured = new Set(codes);
  while (uncoloured.size) {
    let next = "";
    let best: [number, number] = [-1, -1];
    for (const code of uncoloured) {
      const rank: [number, number] = [new Set(neighbouringPatterns(code)).size, neighbours.get(code)?.size ?? 0];
      if (rank[0] > best[0] || (rank[0] === best[0] && rank[1] > best[1])) [next, best] = [code, rank];
    }
    const used = neighbouringPatterns(next);
    const cost = (pattern: number) => used.filter((other) => other === pattern).length * 1e6 + useCounts[pattern]!;
    const pattern = PATTERNS.map((_, index) => index).reduce((a, b) => (cost(b) < cost(a) ? b : a));
    patterns.set(next, pattern);
    useCounts[pattern]!++;
    uncoloured.delete(next);
  }
  return patterns;
}

/** Point layers differ by shape as well as colour. */
export const SHAPES = [
  { shape: "circle", colour: "#0b4f8a" },
  { shape: "square", colour: "#8a3c00" },
  { shape: "triangle", colour: "#5b2a6e" },
  { shape: "diamond", colour: "#1d5c3f" },
] as const;

export function drawShape(context: CanvasRenderingContext2D, index: number, side: number): void {
  const { shape, colour } = SHAPES[index % SHAPES.length]!;
  const [centre, radius] = [side / 2, side * 0.36];
  context.beginPath();
  if (shape === "circle") context.arc(centre, centre, radius, 0, 2 * Math.PI);
  if (shape === "square") context.rect(centre - radius * 0.9, centre - radius * 0.9, radius * 1.8, radius * 1.8);
  const corners = shape === "triangle" ? [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]]
    : shape === "diamond" ? [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]] : [];
  corners.forEach(([x, y], index) => context[index ? "lineTo" : "moveTo"](centre + x! * radius, centre + y! * radius));
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = "#fff";
  context.lineWidth = side * 0.09;
  context.lineJoin = "round";
  context.stroke();
  context.fill();
}

export function shapeSwatch(index: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  canvas.className = "swatch shape";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  if (context) drawShape(context, index, 32);
  return canvas;
}

/** Line styles of the series, the most prominent first. */
export const LINES = [
  { width: 2.4, dash: [1, 0], colour: "#1d3346" },
  { width: 1.1, dash: [1, 0], colour: "#59636e" },
  { width: 1.1, dash: [3, 2], colour: "#7a4b1f" },
  { width: 1.3, dash: [1, 1.5], colour: "#5b2a6e" },
  { width: 1.6, dash: [6, 2, 1, 2], colour: "#1d5c3f" },
  { width: 0.8, dash: [2, 3], colour: "#444" },
] as const;

export function lineSwatch(index: number): HTMLCanvasElement {
  const { width, dash, colour } = LINES[index % LINES.length]!;
  const canvas = document.createElement("canvas");
  canvas.width = 48;
  canvas.height = 16;
  canvas.className = "swatch line";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  if (context) {
    context.strokeStyle = colour;
    context.lineWidth = width * 2;
    if (dash[1]) context.setLineDash(dash.map((part) => part * width * 2));
    context.moveTo(0, 8);
    context.lineTo(48, 8);
    context.stroke();
  }
  return canvas;
}
