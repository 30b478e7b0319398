// Histograms as a heat map: steps across, values upward, colours for how many there are.
import { heatOf, parseHex, rampAt, type RampInk } from "../model/inside/ramp";
import { columnBounds, clipped, strength, type Ink, type Picture, type Size } from "./frame";

const shades = 256;

export function rampInk(context: CanvasRenderingContext2D, ink: Ink): RampInk {
  const read = (colour: string) => {
    context.fillStyle = colour;
    return parseHex(String(context.fillStyle));
  };
  return { ground: read(ink.ground), colour: read(ink.colour), text: read(ink.strong) };
}

export function drawHeat(context: CanvasRenderingContext2D, size: Size, of: Picture, ink: Ink) {
  const { raster, histograms } = of;
  const width = Math.ceil(size.width);
  const image = new ImageData(width, raster.pixels);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = shadesOf(rampInk(context, ink));
  columnBounds(histograms, of.steps).forEach(([from, to], column) => {
    const first = Math.max(0, Math.floor(from * width));
    const end = Math.min(width, Math.max(first + 1, Math.floor(to * width)));
    for (let pixel = 0; pixel < raster.pixels; pixel++) {
      const share = raster.shares[column * raster.pixels + pixel]!;
      const shade = Math.round(heatOf(strength(share, of), of.isLog) * (shades - 1));
      // Where nothing is, the grid shows.
      if (shade === 0) continue;
      const row = (raster.pixels - 1 - pixel) * width;
      pixels.fill(colours[shade]!, row + first, row + end);
    }
  });
  const sheet = document.createElement("canvas");
  sheet.width = width;
  sheet.height = raster.pixels;
  sheet.getContext("2d")!.putImageData(image, 0, 0);
  clipped(context, size, () => {
    context.imageSmoothingEnabled = false;
    context.drawImage(sheet, 0, 0, width, size.height);
  });
}

/** As an image stores them: red first in the lowest byte, and opaque. */
function shadesOf(ink: RampInk): Uint32Array {
  return Uint32Array.from({ length: shades }, (_, shade) => {
    const [red, green, blue] = rampAt(shade / (shades - 1), ink);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
