// Where a logarithmic axis has its ticks, and how each kind of x axis labels its own.
import type { XAxis } from "../../api/types";
import { formatLogTicks, formatTicks } from "../../format/numbers";
import { durationSteps, formatDurationTick, formatMomentTick } from "../../format/time";

/** About `most` ticks: powers of ten when the range spans many, 1-2-5 steps below that, even steps within one. */
export function logTicks(low: number, high: number, most: number): number[] {
  const decades = Math.log10(high / low);
  if (decades >= 0.8 && decades * 3 <= most + 2) return between(low, high, [1, 2, 5], 1);
  if (decades >= 0.8) return between(low, high, [1], Math.max(1, Math.ceil(decades / most)));
  return linearTicks(low, high, most).filter((tick) => tick > 0);
}

function between(low: number, high: number, mantissas: number[], every: number): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
    if (exponent % every !== 0) continue;
    for (const mantissa of mantissas) {
      const tick = Number(`${mantissa}e${exponent}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** At most `most` + 1 even ticks at multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const spacing = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / spacing); i * spacing <= high; i++)
    ticks.push(Number((i * spacing).toPrecision(12)));
  return ticks;
}

/** What each axis counts, and how much room in pixels half of a label under its origin takes. */
export const axisTitles: Record<XAxis, { text: string; clear: number }> = {
  step: { text: "step", clear: 10 },
  epoch: { text: "epoch", clear: 10 },
  relative: { text: "time", clear: 10 },
  wall: { text: "time", clear: 22 },
  // Another series: its tag stands below the labels, where it has room.
  series: { text: "", clear: 10 },
};

export function labelXTicks(axis: XAxis, ticks: number[]): string[] {
  if (axis !== "relative" && axis !== "wall") return formatTicks(ticks);
  const spacing = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  const format = axis === "relative" ? formatDurationTick : formatMomentTick;
  return ticks.map((tick) => format(tick, spacing));
}

/** About `most` ticks of a logarithmic x axis: what is counted in wholes has none between two of them. */
export function logXTicks(axis: XAxis, low: number, high: number, most: number): number[] {
  if (axis === "step") return logTicks(low, high, most).filter(Number.isInteger);
  if (axis !== "relative") return logTicks(low, high, most);
  const apart = (high / low) ** (1 / Math.max(1, most));
  const ticks: number[] = [];
  for (const tick of durationSteps) {
    if (tick >= low && tick <= high && tick >= (ticks.at(-1) ?? 0) * apart) ticks.push(tick);
  }
  return ticks.length >= 2 ? ticks : linearTicks(low, high, most);
}

export function labelLogXTicks(axis: XAxis, ticks: number[]): string[] {
  if (axis !== "relative" || !ticks.every((tick) => durationSteps.includes(tick)))
    return axis === "relative" ? labelXTicks(axis, ticks) : formatLogTicks(ticks);
  return ticks.map((tick) => formatDurationTick(tick, tick));
}

/** Spacings of ticks on an axis of steps: there is nothing between two steps to be labelled. */
export const stepSpacings: number[] = Array.from({ length: 15 }, (_, power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power),
).flat();
