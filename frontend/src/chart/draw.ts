// Strokes and marks on a canvas. Coordinates are CSS pixels inside the plot area.
import type { SeriesColumns } from "../api/columns";
import type { Look, Shape } from "../model/colours";
import { lowerBound } from "./extent";
import type { Theme } from "./ink";

export interface Frame {
  width: number;
  height: number;
  toX(value: number): number;
  toY(value: number): number;
  low: number;
  high: number;
}

export interface Stroke {
  colour: string;
  width: number;
  alpha: number;
  dash: readonly number[];
}

/** One line through the points in view and the nearest one outside of each end; a non-finite value breaks it. */
export function tracePath(x: Float64Array, y: Float64Array, frame: Frame): Path2D {
  const path = new Path2D();
  const ascending = isAscending(x);
  const first = ascending ? Math.max(0, lowerBound(x, frame.low) - 1) : 0;
  const last = ascending ? Math.min(x.length - 1, lowerBound(x, frame.high) + 1) : x.length - 1;
  let drawing = false;
  for (let i = first; i <= last; i++) {
    const pixelY = frame.toY(y[i]!);
    if (!Number.isFinite(pixelY)) {
      drawing = false;
      continue;
    }
    const pixelX = frame.toX(x[i]!);
    // Far outside, a canvas loses precision; the clip hides the difference.
    const bounded = Math.max(-1e5, Math.min(1e5, pixelY));
    if (drawing) path.lineTo(pixelX, bounded);
    else {
      path.moveTo(pixelX, bounded);
      // A point alone between two gaps shows as a dash: a line needs two.
      if (i > first && i < last && !Number.isFinite(frame.toY(y[i + 1]!))) path.lineTo(pixelX + 1.5, bounded);
    }
    drawing = true;
  }
  return path;
}

/** The line at y = 0, where there is something on both of its sides. */
export function drawZero(context: CanvasRenderingContext2D, colour: string, frame: Frame): void {
  const path = new Path2D();
  const y = Math.round(frame.toY(0)) + 0.5;
  path.moveTo(0, y);
  path.lineTo(frame.width, y);
  strokePath(context, path, { colour, width: 1, alpha: 1, dash: [] });
}

function isAscending(x: Float64Array): boolean {
  for (let i = 1; i < x.length; i++) if (x[i]! < x[i - 1]!) return false;
  return true;
}

export function strokePath(context: CanvasRenderingContext2D, path: Path2D, stroke: Stroke): void {
  context.globalAlpha = stroke.alpha;
  context.strokeStyle = stroke.colour;
  context.lineWidth = stroke.width;
  context.setLineDash([...stroke.dash]);
  context.stroke(path);
  context.globalAlpha = 1;
  context.setLineDash([]);
}

export interface SeriesStyle {
  dots: boolean;
  rawAlpha: number;
}

/** Dots where a chart holds few points; raw lines paler the denser they lie and the more runs there are. */
export function styleOf(
  series: SeriesColumns,
  all: readonly SeriesColumns[],
  frame: Frame,
  theme: Theme,
): SeriesStyle {
  const points = all.reduce((sum, { x }) => sum + x.length, 0);
  const few = series.x.length * 10 < frame.width && points * 3 < frame.width;
  const density = Math.min(1, series.x.length / frame.width);
  const strongest = theme === "dark" ? 0.5 : 0.4;
  const rawAlpha = (strongest * (1 - 0.5 * density)) / (1 + 0.06 * (all.length - 1));
  return { dots: few || series.x.length <= 2, rawAlpha: Math.max(0.06, rawAlpha) };
}

/** A run's line: the smoothed one over its pale raw one, or the raw one alone; the points themselves where they are far apart. */
export function drawSeries(
  context: CanvasRenderingContext2D,
  series: SeriesColumns,
  look: Look,
  colour: string,
  frame: Frame,
  style: SeriesStyle,
): void {
  const line = series.smoothed ?? series.value;
  if (series.smoothed) {
    const raw = tracePath(series.x, series.value, frame);
    strokePath(context, raw, { colour, width: 1, alpha: style.rawAlpha, dash: [] });
  }
  strokePath(context, tracePath(series.x, line, frame), { colour, width: 1.5, alpha: 1, dash: look.dash });
  if (!style.dots) return;
  context.fillStyle = colour;
  const radius = series.x.length <= 2 ? 3 : 2;
  for (let i = 0; i < series.x.length; i++) {
    const y = frame.toY(series.value[i]!);
    if (Number.isFinite(y)) drawShape(context, look.shape, frame.toX(series.x[i]!), y, radius);
  }
}

/** Fills a run's shape, `radius` as a circle's. */
export function drawShape(
  context: CanvasRenderingContext2D,
  shape: Shape,
  x: number,
  y: number,
  radius: number,
): void {
  context.beginPath();
  if (shape === "circle") context.arc(x, y, radius, 0, 2 * Math.PI);
  else if (shape === "square") context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
  else {
    const reach = radius * 1.25;
    context.moveTo(x, y - reach);
    context.lineTo(x + reach, shape === "diamond" ? y : y + reach * 0.8);
    if (shape === "diamond") context.lineTo(x, y + reach);
    context.lineTo(x - reach, shape === "diamond" ? y : y + reach * 0.8);
    context.closePath();
  }
  context.fill();
}

/** Non-finite points: a cross on the floor for NaN, a triangle at the edge that an infinity has gone over. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  series: SeriesColumns,
  colour: string,
  ground: string,
  frame: Frame,
): void {
  context.fillStyle = colour;
  const size = 3;
  // Marks that would run together are one mark.
  const lastAt = [-Infinity, -Infinity, -Infinity];
  series.markX.forEach((x, i) => {
    if (x < frame.low || x > frame.high) return;
    const at = frame.toX(x);
    const kind = series.markKind[i]!;
    if (at - lastAt[kind]! < 2.5 * size) return;
    lastAt[kind] = at;
    context.beginPath();
    if (kind === 0) {
      const y = frame.height - size - 2;
      context.moveTo(at - size, y - size);
      context.lineTo(at + size, y + size);
      context.moveTo(at - size, y + size);
      context.lineTo(at + size, y - size);
      // A rim of the ground's colour keeps the cross apart from the lines that it may lie on.
      for (const [ink, width] of [
        [ground, 4.5],
        [colour, 1.5],
      ] as const) {
        context.strokeStyle = ink;
        context.lineWidth = width;
        context.stroke();
      }
      return;
    }
    const up = kind === 1;
    const tip = up ? 1 : frame.height - 1;
    const base = up ? tip + size * 2 : tip - size * 2;
    context.moveTo(at, tip);
    context.lineTo(at + size + 0.5, base);
    context.lineTo(at - size - 0.5, base);
    context.closePath();
    context.fill();
  });
}

/** Restarts: a dotted hairline with a flag at the top. */
export function drawRestarts(
  context: CanvasRenderingContext2D,
  series: SeriesColumns,
  colour: string,
  frame: Frame,
): void {
  for (const x of series.restarts) {
    if (x < frame.low || x > frame.high) continue;
    const at = Math.round(frame.toX(x)) + 0.5;
    const path = new Path2D();
    path.moveTo(at, 0);
    path.lineTo(at, frame.height);
    strokePath(context, path, { colour, width: 1, alpha: 0.7, dash: [1, 3] });
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(at, 0);
    context.lineTo(at + 5, 3);
    context.lineTo(at, 6);
    context.closePath();
    context.fill();
  }
}
