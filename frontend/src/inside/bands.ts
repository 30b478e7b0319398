// Histograms as bands of percentiles around the median, over steps.
import { percentilesEach } from "../api/histograms";
import { clipped, stepPlace, type Ink, type Picture, type Size } from "./frame";

/** Pairs of percentiles around the median, the outermost first, and how strong each is drawn. */
export const spreads = [
  { low: 0, high: 8, alpha: 0.14, says: "0–100 %" },
  { low: 1, high: 7, alpha: 0.2, says: "7–93 %" },
  { low: 2, high: 6, alpha: 0.3, says: "16–84 %" },
  { low: 3, high: 5, alpha: 0.42, says: "31–69 %" },
] as const;
const median = 4;

/** How strong a band looks that lies on those around it. */
export function strengthOf(place: number): number {
  return 1 - spreads.slice(0, place + 1).reduce((clear, { alpha }) => clear * (1 - alpha), 1);
}

export function drawBands(context: CanvasRenderingContext2D, size: Size, of: Picture, ink: Ink) {
  const { step, lastStep, percentiles } = of.histograms;
  const x = (at: number) => stepPlace((step[at]! + lastStep[at]!) / 2, of.steps) * size.width;
  const y = (at: number, which: number) =>
    (1 - of.values.place(percentiles[at * percentilesEach + which]!)) * size.height;
  clipped(context, size, () => {
    context.fillStyle = context.strokeStyle = ink.colour;
    for (const stretch of stretches(percentiles, step.length)) {
      for (const { low, high, alpha } of spreads) {
        context.globalAlpha = alpha;
        context.beginPath();
        for (const at of stretch) context.lineTo(x(at), y(at, high));
        for (const at of stretch.toReversed()) context.lineTo(x(at), y(at, low));
        const [first] = stretch as [number];
        if (stretch.length === 1)
          context.rect(x(first) - 2, y(first, high), 4, y(first, low) - y(first, high));
        context.fill();
      }
      context.globalAlpha = 1;
      context.lineWidth = 1.5;
      context.beginPath();
      for (const at of stretch) context.lineTo(x(at), y(at, median));
      if (stretch.length === 1) context.lineTo(x(stretch[0]!) + 2, y(stretch[0]!, median));
      context.stroke();
    }
  });
}

/** Columns in a row that have percentiles: over one without values nothing is drawn. */
export function stretches(percentiles: Float64Array, columns: number): number[][] {
  const found: number[][] = [];
  let open: number[] | null = null;
  for (let at = 0; at < columns; at++) {
    if (Number.isNaN(percentiles[at * percentilesEach]!)) open = null;
    else if (open) open.push(at);
    else found.push((open = [at]));
  }
  return found;
}
