// What a sensor has told over time.

export interface Samples {
  /** In seconds, ascending. */
  x: Float64Array;
  value: Float64Array;
}

export const noSamples: Samples = { x: new Float64Array(), value: new Float64Array() };

/** The seconds from one sample to the next, as a rule; 1 where there are too few to tell. */
export function spacingOf(x: Float64Array): number {
  const gaps: number[] = [];
  for (let i = 1; i < x.length; i++) if (x[i]! > x[i - 1]!) gaps.push(x[i]! - x[i - 1]!);
  return middleOf(gaps) ?? 1;
}

/** The median of the finite values; null where there are none. */
export function medianOf(values: Iterable<number>): number | null {
  return middleOf([...values].filter(Number.isFinite));
}

function middleOf(values: number[]): number | null {
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** The values that were sampled within a range. */
export function within({ x, value }: Samples, [low, high]: readonly [number, number]): number[] {
  const found: number[] = [];
  for (let i = 0; i < x.length; i++) if (x[i]! >= low && x[i]! <= high) found.push(value[i]!);
  return found;
}

/** The place of the sample that is nearest to a moment; -1 where none is within reach. */
export function nearestPlace(x: Float64Array, at: number, reach: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! < at) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  const place = low < x.length && (before < 0 || x[low]! - at < at - x[before]!) ? low : before;
  return place >= 0 && Math.abs(x[place]! - at) <= reach ? place : -1;
}

/** What was sampled about a moment; null where nothing was. */
export function valueAt(samples: Samples, at: number): number | null {
  const place = nearestPlace(samples.x, at, 3 * spacingOf(samples.x));
  return place < 0 ? null : samples.value[place]!;
}

/** The values at other moments: of the sample within half of their spacing, NaN where there is none. */
export function aligned(samples: Samples, moments: Float64Array, spacing: number): Float64Array {
  return moments.map((at) => {
    const place = nearestPlace(samples.x, at, 0.51 * spacing);
    return place < 0 ? NaN : samples.value[place]!;
  });
}

/** Parts in which something was sampled all the time, as first place and the place after the last. */
export function unbroken(x: Float64Array, longest: number): [number, number][] {
  const parts: [number, number][] = [];
  let begin = 0;
  for (let i = 1; i <= x.length; i++) {
    if (i < x.length && x[i]! - x[i - 1]! <= longest) continue;
    parts.push([begin, i]);
    begin = i;
  }
  return parts;
}
