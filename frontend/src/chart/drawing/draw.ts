// Lines and marks. Coordinates are CSS pixels inside the plot area.
import type { SeriesColumns } from "../../api/columns";
import type { Shape } from "../../model/runs/colours";
import { gather, traceMiddles, traceUpright } from "./dense";
import { lowerBound } from "./extent";
import type { Frame } from "./frame";
import type { Theme } from "./ink";
import type { Line } from "./scene";
import type { Stroke, Surface, Trace } from "./surface";

/** A stroke through a point, in upright strokes of one column of pixels. */
const effortOfPoint = 4;

/** One line through the points in view and the nearest one outside of each end; a non-finite value breaks it. */
export function traceLine(surface: Surface, x: Float64Array, y: Float64Array, frame: Frame): Trace {
  const path = surface.trace();
  const ascending = isAscending(x);
  const first = ascending ? Math.max(0, lowerBound(x, frame.low) - 1) : 0;
  const last = ascending ? Math.min(x.length - 1, lowerBound(x, frame.high) + 1) : x.length - 1;
  let drawing = false;
  for (let i = first; i <= last; i++) {
    const pixelY = frame.toY(y[i]!);
    const pixelX = frame.toX(x[i]!);
    if (!Number.isFinite(pixelY) || !Number.isFinite(pixelX)) {
      drawing = false;
      continue;
    }
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

/** A line as its surface shows it best: where points are many, by its columns of pixels. Returns the effort it took. */
export function strokeLine(
  surface: Surface,
  x: Float64Array,
  y: Float64Array,
  frame: Frame,
  stroke: Stroke,
): number {
  const { density } = surface;
  const count = countInView(x, frame);
  if (density === undefined || count <= frame.width * density) {
    surface.stroke(traceLine(surface, x, y, frame), stroke);
    return effortOfPoint * count;
  }
  const columns = gather(x, y, frame, density);
  if (!surface.hasty && stroke.width > 1 && columns.isSmooth) {
    surface.stroke(traceMiddles(surface, columns), stroke);
    return effortOfPoint * columns.top.length;
  }
  const upright = traceUpright(surface, columns, frame.height, stroke);
  surface.stroke(upright, { ...stroke, width: 1 / density, dash: [] });
  return columns.top.length;
}

/** How many points lie in view; x ascends. */
export const countInView = (x: Float64Array, frame: Frame): number =>
  lowerBound(x, frame.high) - lowerBound(x, frame.low);

/** What it takes at least to draw a run. */
export function effortOf({ x, smoothed }: SeriesColumns, frame: Frame, density: number): number {
  const effort = Math.min(frame.width * density, effortOfPoint * countInView(x, frame));
  return smoothed ? 2 * effort : effort;
}

/** The line at y = 0, where there is something on both of its sides. */
export function drawZero(surface: Surface, colour: string, frame: Frame): void {
  const path = surface.trace();
  const y = Math.round(frame.toY(0)) + 0.5;
  path.moveTo(0, y);
  path.lineTo(frame.width, y);
  surface.stroke(path, { colour, width: 1, alpha: 1, dash: [] });
}

function isAscending(x: Float64Array): boolean {
  for (let i = 1; i < x.length; i++) if (x[i]! < x[i - 1]!) return false;
  return true;
}

export interface SeriesStyle {
  dots: boolean;
  rawAlpha: number;
}

/** Dots where there are few points in view; raw lines paler the denser they lie and the more runs there are. */
export function styleOf(
  series: SeriesColumns,
  all: { lines: number; points: number },
  frame: Frame,
  theme: Theme,
): SeriesStyle {
  const own = countInView(series.x, frame);
  const few = own * 10 < frame.width && all.points * 3 < frame.width;
  const density = Math.min(1, own / frame.width);
  const strongest = theme === "dark" ? 0.5 : 0.4;
  const rawAlpha = (strongest * (1 - 0.5 * density)) / (1 + 0.06 * (all.lines - 1));
  return { dots: few || series.x.length <= 2, rawAlpha: Math.max(0.06, rawAlpha) };
}

/** How a pale line's smoothed one is seen: clearer than the raw one below, fainter than the lines that matter more. */
const paleAlpha = 0.5;

/** A run's line: the smoothed one over its pale raw one, or the raw one alone; the points themselves where they are far apart. Returns the effort. */
export function drawSeries(
  surface: Surface,
  { columns, look, pale, dash }: Line,
  colour: string,
  frame: Frame,
  style: SeriesStyle,
): number {
  let effort = 0;
  const thin = { colour, width: 1, alpha: style.rawAlpha, dash: [] };
  if (columns.smoothed || pale) effort += strokeLine(surface, columns.x, columns.value, frame, thin);
  if (pale) {
    if (!columns.smoothed) return effort;
    return effort + strokeLine(surface, columns.x, columns.smoothed, frame, { ...thin, alpha: paleAlpha });
  }
  const stroke = { colour, width: 1.5, alpha: 1, dash: dash ?? look.dash };
  effort += strokeLine(surface, columns.x, columns.smoothed ?? columns.value, frame, stroke);
  if (!style.dots) return effort;
  const radius = columns.x.length <= 2 ? 3 : 2;
  const dots = surface.trace();
  const first = Math.max(0, lowerBound(columns.x, frame.low) - 1);
  const last = Math.min(columns.x.length - 1, lowerBound(columns.x, frame.high));
  for (let i = first; i <= last; i++) {
    const y = frame.toY(columns.value[i]!);
    if (Number.isFinite(y)) addShape(dots, look.shape, frame.toX(columns.x[i]!), y, radius);
  }
  surface.fill(dots, colour);
  return effort;
}

/** Adds a run's shape to a path, `radius` as a circle's. */
export function addShape(path: Trace, shape: Shape, x: number, y: number, radius: number): void {
  if (shape === "circle") path.circle(x, y, radius);
  else if (shape === "square") path.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
  else {
    const reach = radius * 1.25;
    path.moveTo(x, y - reach);
    path.lineTo(x + reach, shape === "diamond" ? y : y + reach * 0.8);
    if (shape === "diamond") path.lineTo(x, y + reach);
    path.lineTo(x - reach, shape === "diamond" ? y : y + reach * 0.8);
    path.closePath();
  }
}

/** Non-finite points: a cross on the floor for NaN, a triangle at the edge that an infinity has gone over. */
export function drawMarks(
  surface: Surface,
  series: Pick<SeriesColumns, "markX" | "markKind">,
  colour: string,
  ground: string,
  frame: Frame,
): void {
  const size = 3;
  // Marks that would run together are one mark.
  const lastAt = [-Infinity, -Infinity, -Infinity];
  series.markX.forEach((x, i) => {
    if (x < frame.low || x > frame.high) return;
    const at = frame.toX(x);
    const kind = series.markKind[i]!;
    if (at - lastAt[kind]! < 2.5 * size) return;
    lastAt[kind] = at;
    const path = surface.trace();
    if (kind === 0) {
      const y = frame.height - size - 2;
      path.moveTo(at - size, y - size);
      path.lineTo(at + size, y + size);
      path.moveTo(at - size, y + size);
      path.lineTo(at + size, y - size);
      // A rim of the ground's colour keeps the cross apart from the lines that it may lie on.
      surface.stroke(path, { colour: ground, width: 4.5, alpha: 1, dash: [] });
      surface.stroke(path, { colour, width: 1.5, alpha: 1, dash: [] });
      return;
    }
    const up = kind === 1;
    const tip = up ? 1 : frame.height - 1;
    const base = up ? tip + size * 2 : tip - size * 2;
    path.moveTo(at, tip);
    path.lineTo(at + size + 0.5, base);
    path.lineTo(at - size - 0.5, base);
    path.closePath();
    surface.fill(path, colour);
  });
}

/** Where a run was started again: a dotted hairline with a flag at the top. */
export function drawRestarts(
  surface: Surface,
  { restarts }: SeriesColumns,
  colour: string,
  frame: Frame,
): void {
  for (const x of restarts) {
    const at = drawUpright(surface, x, frame, { colour, alpha: 0.7, dash: [1, 3] });
    if (at !== null) drawFlag(surface, at, colour);
  }
}

const flagSize = 6;

/** Where runs that are drawn as one were started again: flags alone, since lines below all of them would be a curtain. */
export function drawFlags(surface: Surface, places: Iterable<number>, colour: string, frame: Frame): void {
  let lastAt = -Infinity;
  for (const x of places) {
    const at = onPixel(frame.toX(x));
    if (x < frame.low || x > frame.high || at - lastAt < flagSize) continue;
    lastAt = at;
    drawFlag(surface, at, colour);
  }
}

const eventSize = 4;

/** What else has happened to a run: a sign at the top, a dot for the best value, a diamond for a request, a square for an end. */
export function drawEvents(
  surface: Surface,
  { events }: SeriesColumns,
  colour: string,
  ground: string,
  frame: Frame,
): void {
  const shapes = { best: "circle", control: "diamond", stop: "square" } as const;
  for (const { kind, x } of events) {
    if (x < frame.low || x > frame.high) continue;
    const at = Math.max(eventSize, Math.min(frame.width - eventSize, frame.toX(x)));
    for (const [radius, fill] of [
      [eventSize + 1.5, ground],
      [eventSize, colour],
    ] as const) {
      const sign = surface.trace();
      addShape(sign, shapes[kind], at, eventSize + 1, radius);
      surface.fill(sign, fill);
    }
  }
}

function drawFlag(surface: Surface, at: number, colour: string): void {
  const flag = surface.trace();
  flag.moveTo(at, 0);
  flag.lineTo(at + flagSize - 1, flagSize / 2);
  flag.lineTo(at, flagSize);
  flag.closePath();
  surface.fill(flag, colour);
}

/** The middle of a pixel, where a hairline is sharp. */
const onPixel = (place: number) => Math.round(place) + 0.5;

/** A hairline over the whole height; returns its pixel, or null for one that is out of view. */
export function drawUpright(
  surface: Surface,
  x: number,
  frame: Frame,
  { colour, alpha, dash = [] }: Partial<Stroke> & Pick<Stroke, "colour" | "alpha">,
): number | null {
  if (x < frame.low || x > frame.high) return null;
  const at = onPixel(frame.toX(x));
  const path = surface.trace();
  path.moveTo(at, 0);
  path.lineTo(at, frame.height);
  surface.stroke(path, { colour, width: 1, alpha, dash });
  return at;
}
