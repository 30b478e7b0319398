// The phases of the steps one on top of the other, as shares of the time.
import { bodyParts, phases, type Phase } from "./phases";
import { aligned, nearestPlace, spacingOf, type Samples } from "./samples";

export interface Layer {
  phase: Phase;
  /** Its share at each moment, in percent. */
  share: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

export interface Stack {
  x: Float64Array;
  spacing: number;
  /** The lowest first; those that are nothing all the time are left out. */
  layers: Layer[];
}

/**
 * `shares`: of each phase, in percent, by its name. `sampled`: when steps were made; what is told of other moments was
 * interpolated, and is left out. Null: there is nothing to stack.
 */
export function stackOf(
  shares: ReadonlyMap<string, Samples>,
  sampled: Float64Array | null = null,
): Stack | null {
  const all = longest(shares);
  if (all.length === 0) return null;
  const spacing = spacingOf(all);
  const x = sampled === null ? all : all.filter((at) => nearestPlace(sampled, at, spacing) >= 0);
  const known = new Map(
    phases.flatMap(({ name }) => {
      const samples = shares.get(name);
      return samples && samples.x.length > 0 ? [[name, aligned(samples, x, spacing)] as const] : [];
    }),
  );
  const raw = phases.map((phase) => ({ phase, share: x.map((_, i) => shareAt(phase.name, known, i)) }));
  const scale = x.map((_, i) => 100 / Math.max(100, sum(raw.map(({ share }) => share[i]!))));
  let low: Float64Array = new Float64Array(x.length);
  const layers = raw
    .filter(({ share }) => share.some((value) => value > 0))
    .map(({ phase, share: told }): Layer => {
      const share = told.map((value, i) => value * scale[i]!);
      const high = low.map((value, i) => value + share[i]!);
      const layer = { phase, share, low, high };
      low = high;
      return layer;
    });
  return layers.length > 0 ? { x, spacing, layers } : null;
}

/** The body of a step is told by its parts where these are known, and as a whole elsewhere: never twice. */
function shareAt(name: string, known: ReadonlyMap<string, Float64Array>, i: number): number {
  const at = (other: string) => known.get(other)?.[i] ?? NaN;
  if (name === "step" && [...bodyParts].some((part) => Number.isFinite(at(part)))) return 0;
  return Number.isFinite(at(name)) ? Math.max(0, at(name)) : 0;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function longest(shares: ReadonlyMap<string, Samples>): Float64Array {
  let found = new Float64Array();
  for (const { x } of shares.values()) if (x.length > found.length) found = x as Float64Array<ArrayBuffer>;
  return found;
}
