// Histograms as ridges one before the other, or as lines over each other.
import type { HistogramColumns } from "../api/histograms";
import { formatTicks } from "../format/numbers";
import { everySo } from "../model/inside/raster";
import { oddityOf } from "../model/inside/told";
import type { HistogramMode } from "../model/view/histogram_view";
import { clipped, strength, type Ink, type Picture, type Size } from "./frame";

/** Ridges are readable up to so many. */
const mostRidges = 32;
/** How much of the height the ridges stand on, and how much of it one at its peak rises. */
const ground = 0.6;
const rise = 0.34;
const overlaidRise = 0.85;
/** What rises less, in pixels, is as good as flat. */
const flat = 0.4;

export interface Ridge {
  column: number;
  base: number;
}

/** The columns that have a ridge, from the one behind all others on, and the height that each stands at. */
export function ridgesOf(columns: number, mode: HistogramMode, height: number): Ridge[] {
  const shown = everySo(columns, mostRidges);
  if (mode === "overlay") return shown.map((column) => ({ column, base: height }));
  const room = Math.min(height * ground, shown.length * 24);
  return shown.map((column, at) => ({
    column,
    base: height - (shown.length > 1 ? room * (1 - at / (shown.length - 1)) : 0),
  }));
}

/** The ridge whose step is nearest. */
export function ridgeAt(
  { step }: Pick<HistogramColumns, "step">,
  ridges: readonly Ridge[],
  at: number,
): number {
  let found = 0;
  ridges.forEach(({ column }, place) => {
    if (Math.abs(step[column]! - at) < Math.abs(step[ridges[found]!.column]! - at)) found = place;
  });
  return found;
}

export function drawRidges(context: CanvasRenderingContext2D, size: Size, of: Picture, ink: Ink) {
  const ridges = ridgesOf(of.raster.columns, of.mode, size.height);
  clipped(context, size, () => {
    ridges.forEach((ridge, at) => {
      const age = ridges.length > 1 ? at / (ridges.length - 1) : 1;
      if (of.mode === "ridge") fillRidge(context, size, of, ridge, ink, age);
      context.globalAlpha = of.mode === "overlay" ? 0.12 + 0.7 * age ** 2 : 0.45 + 0.55 * age;
      context.strokeStyle = ink.colour;
      context.lineWidth = of.mode === "overlay" && at === ridges.length - 1 ? 1.5 : 1;
      traceRidge(context, size, of, ridge, false);
      context.stroke();
    });
    context.globalAlpha = 1;
  });
  if (of.mode === "ridge") labelRidges(context, size, of, ridges, ink);
}

/** Over all others, in the colour of text. */
export function drawPointedRidge(
  context: CanvasRenderingContext2D,
  size: Size,
  of: Picture,
  ink: Ink,
  step: number,
) {
  const ridges = ridgesOf(of.raster.columns, of.mode, size.height);
  const ridge = ridges[ridgeAt(of.histograms, ridges, step)];
  if (!ridge) return;
  clipped(context, size, () => {
    for (const [colour, width] of [
      [ink.ground, 4],
      [ink.strong, 1.5],
    ] as const) {
      // prettier-ignore
      context.strokeStyle = colour;
      context.lineWidth = width;
      traceRidge(context, size, of, ridge, false);
      context.stroke();
    }
  });
}

function riseOf({ mode, raster }: Picture, height: number): number {
  return height * (mode === "overlay" || raster.columns === 1 ? overlaidRise : rise);
}

/** From the first to the last strip that rises; what is to be filled is one path, else it has gaps where all is flat. */
function traceRidge(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  of: Picture,
  { column, base }: Ridge,
  isFilled: boolean,
) {
  const { pixels, shares } = of.raster;
  const most = riseOf(of, height);
  const strip = width / pixels;
  let isUp = false;
  context.beginPath();
  for (let pixel = 0; pixel <= pixels; pixel++) {
    const up = pixel < pixels ? strength(shares[column * pixels + pixel]!, of) * most : 0;
    const start = pixel * strip;
    if (up >= flat) {
      if (!isUp && isFilled) context.lineTo(start, base);
      else if (!isUp) context.moveTo(start, base);
      context.lineTo(start + strip / 2, base - up);
    } else if (isUp) context.lineTo(start, base);
    isUp = up >= flat;
  }
}

/** The ridge whose line is nearest to a place of the plot, for lines over each other. */
export function lineAt(of: Picture, { width, height }: Size, x: number, y: number): number {
  const { pixels, shares, columns } = of.raster;
  const pixel = Math.max(0, Math.min(pixels - 1, Math.floor((x / width) * pixels)));
  const most = riseOf(of, height);
  let [found, least] = [columns - 1, Infinity];
  for (const { column, base } of ridgesOf(columns, of.mode, height)) {
    const away = Math.abs(base - strength(shares[column * pixels + pixel]!, of) * most - y);
    if (away <= least) [found, least] = [column, away];
  }
  return found;
}

/** What stands behind is hidden, and the older, the paler. */
function fillRidge(
  context: CanvasRenderingContext2D,
  size: Size,
  of: Picture,
  ridge: Ridge,
  ink: Ink,
  age: number,
) {
  traceRidge(context, size, of, ridge, true);
  context.closePath();
  context.globalAlpha = 1;
  context.fillStyle = ink.ground;
  context.fill();
  context.globalAlpha = 0.08 + 0.6 * age;
  context.fillStyle = ink.colour;
  context.fill();
  context.globalAlpha = 1;
}

function labelRidges(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  { histograms }: Picture,
  ridges: readonly Ridge[],
  ink: Ink,
) {
  context.textBaseline = "middle";
  for (const { column, base } of ridges) {
    if (oddityOf(histograms, column) !== "not finite") continue;
    context.fillStyle = ink.alarm;
    context.textAlign = "right";
    context.fillText("×", width, base - 4);
  }
  context.fillStyle = ink.text;
  context.textAlign = "right";
  for (const { column, base } of new Set([ridges[0], ridges.at(-1)].filter((ridge) => ridge !== undefined)))
    context.fillText(formatTicks([histograms.step[column]!])[0]!, -6, Math.min(base, height - 6));
}
