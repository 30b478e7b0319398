// The smoothing slider: even distances multiply how far the smoothing reaches.
import type { SmoothingKind } from "../../api/types";
import { smoothingRanges } from "./view_url";

export const smoothingLabels: Record<SmoothingKind, { name: string; unit: string }> = {
  exponential: { name: "Exponential", unit: "weight of the past, 0 to 0.999" },
  time_exponential: { name: "Exponential in time", unit: "time constant" },
  running_mean: { name: "Running mean", unit: "window in points" },
  gaussian: { name: "Gaussian", unit: "sigma in points" },
};

export const smoothingKinds = Object.keys(smoothingLabels) as SmoothingKind[];

/** The amount at a slider's place from 0 (none) to 1 (most). */
export function amountAt(kind: SmoothingKind, place: number): number {
  const { high } = smoothingRanges[kind];
  if (kind === "exponential") return place >= 1 ? high : round(1 - 10 ** (-3 * place), 3);
  const amount = (high + 1) ** place - 1;
  return kind === "running_mean" ? Math.max(1, Math.round(amount)) : round(amount, amount < 10 ? 1 : 0);
}

/** The slider's place for an amount. */
export function sliderAt(kind: SmoothingKind, amount: number): number {
  const { high } = smoothingRanges[kind];
  if (kind === "exponential") return Math.min(1, Math.log10(1 / (1 - amount)) / 3);
  return Math.log(amount + 1) / Math.log(high + 1);
}

/** The amount does nothing: the raw line is all there is to draw. */
export function isOff(kind: SmoothingKind, amount: number): boolean {
  return kind === "running_mean" ? amount <= 1 : amount <= 0;
}

const exactNames = new Set(["epoch", "step", "global_step", "lr", "learning_rate"]);

/** Counters and settings hold no noise: smoothing would only make them lag behind themselves. */
export function isExact(tag: string): boolean {
  return exactNames.has(tag.toLowerCase().split("/").at(-1)!);
}

const round = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;
