// What the steps of a run take, and how two runs compare.
import { formatQuantity, formatTimes } from "./units";
import type { Waterfall } from "./waterfall";

export interface StepTimes {
  waterfall: Waterfall;
  /** The median step, in milliseconds. */
  whole: number | null;
}

/** How the second one's steps compare with the first one's, in a sentence; null where one of them is not known. */
export function compared(
  first: StepTimes | null,
  second: StepTimes | null,
  titles: [string, string],
): string | null {
  const [one, other] = [first?.whole ?? null, second?.whole ?? null];
  if (one === null || other === null || one <= 0 || other <= 0) return null;
  const times = `${formatQuantity(other, "ms")} against ${formatQuantity(one, "ms")}`;
  const factor = one / other;
  if (factor > 0.95 && factor < 1.05) return `The median steps of both take about as long: ${times}.`;
  const [quick, slow] = factor > 1 ? [titles[1], titles[0]] : [titles[0], titles[1]];
  const told = factor > 1 ? times : `${formatQuantity(one, "ms")} against ${formatQuantity(other, "ms")}`;
  return `The median step of ${quick} is ${formatTimes(Math.max(factor, 1 / factor))} as fast as that of ${slow}: ${told}.`;
}
