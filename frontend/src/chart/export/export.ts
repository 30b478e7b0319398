// Pictures as files: written by the page itself, from what a chart shows.
import { drawFigure, type Drawing, type Figure } from "./figure";
import { chartFont } from "../drawing/ink";

/** Pixels of a PNG for each of the chart's. */
const density = 2;

export function drawingOf(figure: Figure, title: string): Drawing {
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = chartFont;
  return drawFigure(figure, title, (text) => context?.measureText(text).width ?? 6 * text.length);
}

export function saveSvg({ svg }: Drawing, name: string): void {
  save(new Blob([svg], { type: "image/svg+xml" }), `${fileName(name)}.svg`);
}

export async function savePng(drawing: Drawing, name: string): Promise<void> {
  save(await rasterise(drawing), `${fileName(name)}.png`);
}

async function rasterise({ svg, width, height }: Drawing): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error(`The browser made no picture of ${canvas.width} × ${canvas.height} pixels.`));
      }, "image/png");
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A tag as the name of a file, as the server writes it. */
export function fileName(tag: string): string {
  const plain = tag.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._-]+|[._-]+$/g, "");
  return plain.slice(0, 100) || "chart";
}
