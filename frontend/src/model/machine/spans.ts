// When the training was kept from its steps: by validations and by checkpoints.
import type { Samples } from "./samples";

export interface Span {
  from: number;
  to: number;
}

/** A sample tells, in milliseconds, how much of the time before it something took; what touches is one span. */
export function spansOf({ x, value }: Samples): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < x.length; i++) {
    if (!(value[i]! > 0)) continue;
    const [from, to] = [x[i]! - value[i]! / 1000, x[i]!];
    // A long one has covered those that were told before it.
    while (spans.length > 0 && spans.at(-1)!.from >= from) spans.pop();
    const last = spans.at(-1);
    if (last && from <= last.to) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

/** What it is that goes on at a moment. */
export const isWithin = (spans: readonly Span[], at: number) =>
  spans.some(({ from, to }) => at >= from && at <= to);
