// A WebGL canvas may print blank, and its scale bar may be scaled differently. So just before
// printing the map is copied to an image, with the scale bar drawn in it.
import type { Map } from "maplibre-gl";

export function preparePrinting(map: Map, container: HTMLElement): void {
  const picture = document.createElement("img");
  picture.className = "for-print";
  picture.alt = "Map of the area shown";
  container.append(picture);
  window.addEventListener("beforeprint", () => {
    // The drawing buffer can be read only in the task that drew it.
    map.redraw();
    const source = map.getCanvas();
    const canvas = document.createElement("canvas");
    canvas.width = source.width;
    canvas.height = source.height;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.drawImage(source, 0, 0);
    const scale = container.querySelector<HTMLElement>(".maplibregl-ctrl-scale");
    if (scale) drawScale(context, scale, source.width / source.clientWidth);
    picture.src = canvas.toDataURL("image/png");
  });
}

function drawScale(context: CanvasRenderingContext2D, scale: HTMLElement, ratio: number): void {
  const [x, y] = [12 * ratio, context.canvas.height - 12 * ratio];
  const width = scale.offsetWidth * ratio;
  context.fillStyle = "#ffffffd9";
  context.fillRect(x - 6 * ratio, y - 22 * ratio, width + 12 * ratio, 28 * ratio);
  context.strokeStyle = context.fillStyle = "#222";
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  context.moveTo(x, y - 6 * ratio);
  context.lineTo(x, y);
  context.lineTo(x + width, y);
  context.lineTo(x + width, y - 6 * ratio);
  context.stroke();
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.fillText(scale.textContent ?? "", x + width / 2, y - 8 * ratio);
}
