// Where a value lies between the least and the greatest that a card shows, on a linear or a symmetric logarithmic scale.
import { linearTicks } from "../../chart/drawing/ticks";

export interface ValueScale {
  low: number;
  high: number;
  /** 0 at the least value, 1 at the greatest. */
  place(value: number): number;
  value(place: number): number;
  ticks(most: number): number[];
}

export function linearScale(low: number, high: number): ValueScale {
  const span = high - low || 1;
  return {
    low,
    high,
    place: (value) => (value - low) / span,
    value: (place) => low + place * span,
    ticks: (most) => linearTicks(low, low + span, most),
  };
}

/** Linear around 0, where values are less than `near`, and logarithmic on both sides of it. */
export function symlogScale(low: number, high: number, near: number): ValueScale {
  const bend = (value: number) => Math.asinh(value / near);
  const [first, span] = [bend(low), bend(high) - bend(low) || 1];
  return {
    low,
    high,
    place: (value) => (bend(value) - first) / span,
    value: (place) => near * Math.sinh(first + place * span),
    ticks: (most) => symlogTicks(low, high, near, most),
  };
}

function symlogTicks(low: number, high: number, near: number, most: number): number[] {
  const decades = (end: number) => Math.max(0, Math.log10(Math.max(end, near) / near));
  const every = Math.max(1, Math.ceil((decades(-low) + decades(high)) / Math.max(1, most)));
  const least = Math.ceil(Math.log10(near)) + 1;
  const powers = (end: number) => {
    const found: number[] = [];
    for (let power = least; 10 ** power <= end; power += every) found.push(Number(`1e${power}`));
    return found;
  };
  const below = powers(-low).map((tick) => -tick);
  const zero = low <= 0 && high >= 0 ? [0] : [];
  return [...below.reverse(), ...zero, ...powers(high)].filter((tick) => tick >= low && tick <= high);
}
