// One histogram, large: each stored bin between its own ends, as high as it is dense.
import { linearTicks } from "../chart/drawing/ticks";
import { formatTicks } from "../format/numbers";
import type { Raster } from "../model/inside/raster";
import type { ValueScale } from "../model/inside/value_scale";
import { drawAxes } from "./axes";
import { clipped, font, strength, type Ink, type Size } from "./frame";

export interface BinPicture {
  raster: Raster;
  peak: number;
  scale: ValueScale;
  isLog: boolean;
  isSymlog: boolean;
  count: number;
  /** The value that is pointed at. */
  value: number | null;
}

/** The peak stands at so much of the height; a spike that is higher is cut off. */
const rise = 0.9;

export function drawBins(context: CanvasRenderingContext2D, size: Size, of: BinPicture, ink: Ink) {
  drawAxes(context, size, { mode: "overlay", steps: [0, 1], values: of.scale }, ink);
  if (!of.isLog && !of.isSymlog) drawDensities(context, size, of, ink);
  const { pixels, shares } = of.raster;
  const strip = size.width / pixels;
  clipped(context, { width: size.width, height: size.height }, () => {
    context.beginPath();
    context.moveTo(0, size.height);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const y = size.height * (1 - rise * strength(shares[pixel]!, of));
      context.lineTo(pixel * strip, y);
      context.lineTo((pixel + 1) * strip, y);
    }
    context.lineTo(size.width, size.height);
    context.globalAlpha = 0.3;
    context.fillStyle = context.strokeStyle = ink.colour;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1;
    context.stroke();
  });
  if (of.value === null) return;
  const x = Math.round(of.scale.place(of.value) * size.width) + 0.5;
  if (x < 0 || x > size.width) return;
  context.strokeStyle = ink.strong;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, size.height);
  context.stroke();
  context.setLineDash([]);
}

/** How many values there are per 1 of the axis. */
function drawDensities(context: CanvasRenderingContext2D, { width, height }: Size, of: BinPicture, ink: Ink) {
  const each = (of.count * of.raster.pixels) / (of.scale.high - of.scale.low);
  const top = (of.peak * each) / rise;
  if (!(top > 0) || !Number.isFinite(top)) return;
  const ticks = linearTicks(0, top, 4).filter((tick) => tick > 0);
  const texts = formatTicks(ticks);
  context.font = font;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = ink.text;
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  ticks.forEach((tick, at) => {
    const y = Math.round(height * (1 - tick / top)) + 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
    context.fillText(texts[at]!, -6, y);
  });
}
