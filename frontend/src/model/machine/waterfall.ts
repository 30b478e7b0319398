// One step, as a rule: how long each of its phases takes, one after the other.
import { bodyParts, phases, type Phase } from "./phases";

export interface Bar {
  phase: Phase;
  /** When it begins, in milliseconds from the step's beginning. */
  from: number;
  /** How long it takes, in milliseconds: the median of the steps. */
  length: number;
  /** What one step in twenty exceeds; null where that is not known. */
  slow: number | null;
}

export interface Waterfall {
  bars: Bar[];
  /** Where the last bar ends. */
  end: number;
}

/** How far to the right slow steps are drawn, in lengths of the step itself: beyond it only told. */
const reach = 2;

/** `median`: of the samples of a series of times, "data_wait_p50"; null where there are none. */
export function waterfallOf(median: (name: string) => number | null): Waterfall | null {
  const known = new Map(phases.map(({ name }) => [name, median(`${name}_p50`)]));
  const hasParts = [...bodyParts].some((part) => (known.get(part) ?? null) !== null);
  const bars: Bar[] = [];
  let end = 0;
  for (const phase of phases) {
    const length = known.get(phase.name) ?? null;
    if (length === null || (phase.name === "step" && hasParts)) continue;
    const slow = median(`${phase.name}_p95`);
    bars.push({ phase, from: end, length, slow: slow === null ? null : Math.max(length, slow) });
    end += length;
  }
  return bars.length > 0 ? { bars, end } : null;
}

/** How many milliseconds the width of a drawing of these is. */
export function widthOf(waterfalls: readonly Waterfall[]): number {
  const end = Math.max(0, ...waterfalls.map((one) => one.end));
  const slowest = Math.max(
    0,
    ...waterfalls.flatMap(({ bars }) => bars.map(({ from, length, slow }) => from + (slow ?? length))),
  );
  return Math.min(slowest, reach * end) || 1;
}
