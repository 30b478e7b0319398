// A line with more points than pixels, as what each column of pixels has of it. It looks the same, and takes a browser a
// small part of what stroking all of the line takes.
import type { Frame } from "./frame";
import { lowerBound } from "./extent";
import type { Surface, Trace } from "./surface";

/** `density`: columns for each CSS pixel. Hands out heights in CSS pixels. */
export function gather(x: Float64Array, y: Float64Array, frame: Frame, density: number): Columns {
  const columns = new Columns(Math.ceil(frame.width * density), density);
  const first = Math.max(0, lowerBound(x, frame.low) - 1);
  const last = Math.min(x.length - 1, lowerBound(x, frame.high));
  // The end of the line so far, and the column that it is in; a gap: y is not a number.
  let [endX, endY, column] = [NaN, NaN, -1];
  for (let i = first; i <= last; i++) {
    const height = frame.toY(y[i]!);
    const place = frame.toX(x[i]!) * density;
    // What is not finite, or has no place on a logarithmic axis, breaks the line.
    if (!Number.isFinite(height) || !Number.isFinite(place)) {
      endY = NaN;
      continue;
    }
    const own = Math.floor(place);
    if (own !== column && !Number.isNaN(endY)) columns.cross(endX, endY, place, height);
    columns.take(own, height);
    [endX, endY, column] = [place, height, own];
  }
  return columns;
}

/** One upright stroke for each column, to be drawn as wide as it. `floor`: where what can be seen ends. */
export function traceUpright(
  surface: Surface,
  columns: Columns,
  floor: number,
  { width, dash }: { width: number; dash: readonly number[] },
): Trace {
  const trace = surface.trace();
  const { top, bottom } = columns.broadened((width * columns.density - 1) / 2);
  for (let column = 0; column < top.length; column++) {
    const height = bottom[column]! - top[column]!;
    // As much of the column as a slanting stroke covers.
    const beyond = (Math.hypot(width, height) - height) / 2;
    const [upper, lower] = [top[column]! - beyond, bottom[column]! + beyond];
    const x = columns.middle(column);
    if (!(upper <= lower) || lower < 0 || upper > floor || isGap(x, dash)) continue;
    trace.moveTo(x, Math.max(upper, -1));
    trace.lineTo(x, Math.min(lower, floor + 1));
  }
  return trace;
}

/** A line through the middle of each column. */
export function traceMiddles(surface: Surface, columns: Columns): Trace {
  const trace = surface.trace();
  let drawing = false;
  for (let column = 0; column < columns.top.length; column++) {
    const y = (columns.top[column]! + columns.bottom[column]!) / 2;
    // Infinity minus infinity: a column without a line.
    if (!Number.isFinite(y)) drawing = false;
    else if (drawing) trace.lineTo(columns.middle(column), y);
    else {
      trace.moveTo(columns.middle(column), y);
      drawing = true;
    }
  }
  return trace;
}

/** What each column of pixels has of a line; one without any has a top below its bottom. */
export class Columns {
  readonly top: Float64Array;
  readonly bottom: Float64Array;

  constructor(
    private readonly count: number,
    readonly density: number,
  ) {
    this.top = new Float64Array(count).fill(Infinity);
    this.bottom = new Float64Array(count).fill(-Infinity);
  }

  take(column: number, y: number): void {
    if (y < this.top[column]!) this.top[column] = y;
    if (y > this.bottom[column]!) this.bottom[column] = y;
  }

  /** The columns between two places on the line, in pixels of the surface. */
  cross(fromX: number, fromY: number, toX: number, toY: number): void {
    const slope = (toY - fromY) / (toX - fromX);
    const last = Math.min(Math.floor(toX), this.count);
    for (let column = Math.max(Math.floor(fromX), -1); column < last; column++) {
      const edge = fromY + slope * (column + 1 - fromX);
      this.take(column, edge);
      this.take(column + 1, edge);
    }
  }

  /** Where a column is, in CSS pixels. */
  middle(column: number): number {
    return (column + 0.5) / this.density;
  }

  /** Whether the line only goes up or down within most columns: it has no more height than it rises and falls. */
  get isSmooth(): boolean {
    let [height, way, count, before] = [0, 0, 0, NaN];
    for (let column = 0; column < this.count; column++) {
      const [top, bottom] = [this.top[column]!, this.bottom[column]!];
      if (!(top <= bottom)) continue;
      const middle = (top + bottom) / 2;
      height += bottom - top;
      if (!Number.isNaN(before)) way += Math.abs(middle - before);
      before = middle;
      count++;
    }
    return height <= way + 0.5 * count;
  }

  /** Upright parts of a line as wide as flat ones: each column with what those within `reach` columns have, too. */
  broadened(reach: number): { top: Float64Array; bottom: Float64Array } {
    const [top, bottom] = [this.top.slice(), this.bottom.slice()];
    for (let away = 1; away < reach + 1; away++) {
      // Of the farthest, a part: so much of the way there.
      const part = Math.min(1, reach - away + 1);
      for (let column = 0; column < this.count; column++) {
        const [high, low] = [this.top[column]!, this.bottom[column]!];
        if (!(high <= low)) continue;
        for (const other of [column - away, column + away]) {
          if (!(this.top[other]! <= this.bottom[other]!)) continue;
          top[column] = Math.min(top[column]!, high + part * (this.top[other]! - high));
          bottom[column] = Math.max(bottom[column]!, low + part * (this.bottom[other]! - low));
        }
      }
    }
    return { top, bottom };
  }
}

/** Whether a dashed line has a gap so far from where it begins. */
function isGap(along: number, dash: readonly number[]): boolean {
  let rest = along % (dash.reduce((sum, length) => sum + length, 0) || 1);
  for (let part = 0; part < dash.length; part++) {
    rest -= dash[part]!;
    if (rest < 0) return part % 2 === 1;
  }
  return false;
}
