// Bands: many runs as the line of their mean, over an area that says how far they lie apart.
import type { BandColumns } from "../../api/bands";
import { plainNumber } from "../../format/table";
import type { Look } from "../../model/runs/colours";
import type { Table } from "../../model/view/clip";
import { traceLine } from "./draw";
import type { Frame } from "./frame";
import { lowerBound, type Curve } from "./extent";
import { nearestIndex } from "../pointing/hover";
import type { Theme } from "./ink";
import type { Spread } from "../asking/plan";
import type { Surface, Trace } from "./surface";

/** One tag of one group. */
export interface Band {
  tag: string;
  columns: BandColumns;
  /** The area's edges. */
  low: Float64Array;
  high: Float64Array;
  look: Look;
  /** A thin and pale mean alone, behind what matters more. */
  pale: boolean;
  dash: readonly number[] | null;
}

export function edgesOf(columns: BandColumns, spread: Spread): Pick<Band, "low" | "high"> {
  const { mean, deviation } = columns;
  if (spread === "minmax") return columns;
  return {
    low: mean.map((middle, i) => middle - deviation[i]!),
    high: mean.map((middle, i) => middle + deviation[i]!),
  };
}

/** What the scales have to make room for. */
export function curveOf({ columns, low, high, pale }: Band): Curve {
  const { x, mean, markX } = columns;
  return { x, markX, value: pale ? mean : low, smoothed: pale ? null : high };
}

const areaAlpha: Record<Theme, number> = { light: 0.16, dark: 0.2 };
const paleAlpha = 0.35;

/** The areas first, so that none lies over another group's mean. */
export function drawBands(surface: Surface, bands: readonly Band[], theme: Theme, frame: Frame): void {
  for (const band of bands) {
    if (!band.pale) surface.fill(traceArea(surface, band, frame), band.look[theme], areaAlpha[theme]);
  }
  for (const { columns, look, pale, dash } of bands) {
    const line = traceLine(surface, columns.x, columns.mean, frame);
    const colour = look[theme];
    if (pale) surface.stroke(line, { colour, width: 1, alpha: paleAlpha, dash: [] });
    else surface.stroke(line, { colour, width: 2, alpha: 1, dash: dash ?? look.dash });
    if (columns.x.length === 1 && !pale) drawAlone(surface, columns, colour, frame);
  }
}

/** A mean that has no neighbour to draw a line to. */
function drawAlone(surface: Surface, { x, mean }: BandColumns, colour: string, frame: Frame): void {
  const dot = surface.trace();
  const y = frame.toY(mean[0]!);
  if (!Number.isFinite(y)) return;
  dot.circle(frame.toX(x[0]!), y, 3);
  surface.fill(dot, colour);
}

function traceArea(surface: Surface, { columns: { x }, low, high }: Band, frame: Frame): Trace {
  const first = Math.max(0, lowerBound(x, frame.low) - 1);
  const last = Math.min(x.length - 1, lowerBound(x, frame.high) + 1);
  const area = surface.trace();
  const pixel = (value: number) => {
    const y = frame.toY(value);
    // What a logarithmic axis has no place for lies below its floor.
    return Number.isFinite(y) ? Math.max(-1e5, Math.min(1e5, y)) : 1e5;
  };
  for (let i = first; i <= last; i++) {
    if (i === first) area.moveTo(frame.toX(x[i]!), pixel(high[i]!));
    else area.lineTo(frame.toX(x[i]!), pixel(high[i]!));
  }
  for (let i = last; i >= first; i--) area.lineTo(frame.toX(x[i]!), pixel(low[i]!));
  area.closePath();
  return area;
}

/** A band under the cursor. */
export interface BandRow {
  name: string;
  tag: string;
  look: Look;
  x: number;
  /** The mean. */
  value: number;
  low: number;
  high: number;
  deviation: number;
  count: number;
}

/** The band's row at x, or null when its nearest place is farther than `reach` pixels outside of what it covers. */
export function bandRow(
  { tag, columns, look }: Band,
  x: number,
  reach: number,
  toPixel: (x: number) => number,
): BandRow | null {
  const at = nearestIndex(columns.x, x, toPixel);
  if (at < 0) return null;
  const isOutside = x < columns.x[0]! || x > columns.x.at(-1)!;
  if (isOutside && Math.abs(toPixel(columns.x[at]!) - toPixel(x)) > reach) return null;
  return {
    name: columns.name,
    tag,
    look,
    x: columns.x[at]!,
    value: columns.mean[at]!,
    low: columns.low[at]!,
    high: columns.high[at]!,
    deviation: columns.deviation[at]!,
    count: columns.count[at]!,
  };
}

/** The rows in full, for a spreadsheet; the first one names the columns. */
export const bandTable = (rows: readonly BandRow[]): Table => [
  ["group", "tag", "mean", "low", "high", "deviation", "runs", "x"],
  ...rows.map(({ name, tag, value, low, high, deviation, count, x }) => [
    name,
    tag,
    ...[value, low, high, deviation, count, x].map(plainNumber),
  ]),
];
