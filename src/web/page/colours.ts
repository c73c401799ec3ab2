// Neighbours never look alike: six inks that colour-blind readers can tell apart (tints of Okabe
// and Ito's), each with a hatching of its own for print and for those who see no colour.

export interface Ink { name: string; paper: string; line: string; hatch: Hatch }
type Hatch = "none" | "up" | "dots" | "down" | "level" | "cross";

export const INKS: readonly Ink[] = [
  { name: "blue", paper: "#cfe6f5", line: "#3c8fc4", hatch: "none" },
  { name: "orange", paper: "#fae3bd", line: "#c98a1b", hatch: "up" },
  { name: "green", paper: "#cdebdf", line: "#2f9577", hatch: "dots" },
  { name: "pink", paper: "#f2dbe8", line: "#b9639a", hatch: "down" },
  { name: "yellow", paper: "#f7f3c4", line: "#a89d1f", hatch: "level" },
  { name: "grey", paper: "#e2e2e2", line: "#7d7d7d", hatch: "cross" },
];

/** Side of the square that repeats, in CSS pixels. */
export const TILE = 12;

/** Draws one square of an ink's hatching. */
export function hatch(context: CanvasRenderingContext2D, ink: Ink, side: number): void {
  const unit = side / TILE;
  context.fillStyle = ink.paper;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = ink.line;
  context.fillStyle = ink.line;
  context.globalAlpha = 0.5;
  context.lineWidth = unit;
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    context.beginPath();
    context.moveTo(x1 * unit, y1 * unit);
    context.lineTo(x2 * unit, y2 * unit);
    context.stroke();
  };
  const up = () => { for (const at of [-12, 0, 12]) line(at - 2, 14, at + 14, -2); };
  const down = () => { for (const at of [-12, 0, 12]) line(at - 2, -2, at + 14, 14); };
  if (ink.hatch === "up" || ink.hatch === "cross") up();
  if (ink.hatch === "down" || ink.hatch === "cross") down();
  if (ink.hatch === "level") line(0, 6, 12, 6);
  if (ink.hatch === "dots") {
    for (const [x, y] of [[3, 3], [9, 9]] as const) {
      context.beginPath();
      context.arc(x * unit, y * unit, 1.1 * unit, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.globalAlpha = 1;
}

/** A little picture of an ink, for the legend. */
export function swatch(ink: Ink): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = 48;
  canvas.height = 32;
  canvas.className = "swatch";
  canvas.dataset["ink"] = ink.name;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  const tile = document.createElement("canvas");
  tile.width = tile.height = 2 * TILE;
  const of = tile.getContext("2d");
  if (context && of) {
    hatch(of, ink, tile.width);
    context.fillStyle = context.createPattern(tile, "repeat")!;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/**
 * An ink for each code, by the largest-saturation-first rule (Brélaz, 1979): next always the area
 * whose neighbours have the most inks already. A planar map seldom needs more than five of the six;
 * if it does, the least used ink of the neighbours is repeated.
 */
export function colour(codes: string[], neighbours: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const inks = new Map<string, number>();
  const used = new Array<number>(INKS.length).fill(0);
  const around = (code: string) => [...(neighbours.get(code) ?? [])].flatMap((other) => inks.get(other) ?? []);
  const open = new Set(codes);
  while (open.size) {
    let next = "";
    let best: [number, number] = [-1, -1];
    for (const code of open) {
      const rank: [number, number] = [new Set(around(code)).size, neighbours.get(code)?.size ?? 0];
      if (rank[0] > best[0] || (rank[0] === best[0] && rank[1] > best[1])) [next, best] = [code, rank];
    }
    const taken = around(next);
    const cost = (ink: number) => taken.filter((other) => other === ink).length * 1e6 + used[ink]!;
    const ink = INKS.map((_, at) => at).reduce((a, b) => (cost(b) < cost(a) ? b : a));
    inks.set(next, ink);
    used[ink]!++;
    open.delete(next);
  }
  return inks;
}

/** Layers of points differ by shape as well as colour. */
export const SHAPES = [
  { shape: "circle", ink: "#0b4f8a" },
  { shape: "square", ink: "#8a3c00" },
  { shape: "triangle", ink: "#5b2a6e" },
  { shape: "diamond", ink: "#1d5c3f" },
] as const;

export function drawShape(context: CanvasRenderingContext2D, at: number, side: number): void {
  const { shape, ink } = SHAPES[at % SHAPES.length]!;
  const [middle, r] = [side / 2, side * 0.36];
  context.beginPath();
  if (shape === "circle") context.arc(middle, middle, r, 0, 2 * Math.PI);
  if (shape === "square") context.rect(middle - r * 0.9, middle - r * 0.9, r * 1.8, r * 1.8);
  const corners = shape === "triangle" ? [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]]
    : shape === "diamond" ? [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]] : [];
  corners.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](middle + x! * r, middle + y! * r));
  context.closePath();
  context.fillStyle = ink;
  context.strokeStyle = "#fff";
  context.lineWidth = side * 0.09;
  context.lineJoin = "round";
  context.stroke();
  context.fill();
}

export function shapeSwatch(at: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  canvas.className = "swatch shape";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  if (context) drawShape(context, at, 32);
  return canvas;
}

/** How the boundaries of each series are drawn, the first ones boldest. */
export const LINES = [
  { width: 2.4, dash: [1, 0], ink: "#1d3346" },
  { width: 1.1, dash: [1, 0], ink: "#59636e" },
  { width: 1.1, dash: [3, 2], ink: "#7a4b1f" },
  { width: 1.3, dash: [1, 1.5], ink: "#5b2a6e" },
  { width: 1.6, dash: [6, 2, 1, 2], ink: "#1d5c3f" },
  { width: 0.8, dash: [2, 3], ink: "#444" },
] as const;

export function lineSwatch(at: number): HTMLCanvasElement {
  const { width, dash, ink } = LINES[at % LINES.length]!;
  const canvas = document.createElement("canvas");
  canvas.width = 48;
  canvas.height = 16;
  canvas.className = "swatch line";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  if (context) {
    context.strokeStyle = ink;
    context.lineWidth = width * 2;
    if (dash[1]) context.setLineDash(dash.map((part) => part * width * 2));
    context.moveTo(0, 8);
    context.lineTo(48, 8);
    context.stroke();
  }
  return canvas;
}
