// What lies over a drawing of histograms: the step that is pointed at, the one that is pinned, and where a histogram
// holds what cannot be drawn.
import type { HistogramColumns } from "../api/histograms";
import { oddityOf } from "../model/inside/told";
import { clipped, columnBounds, hasStepsAcross, stepPlace, type Ink, type Picture, type Size } from "./frame";
import { drawPointedRidge } from "./ridges";

export interface Pointed {
  cursor: number | null;
  pinned: number | null;
}

const strip = 3;

export function drawMarks(
  context: CanvasRenderingContext2D,
  size: Size,
  of: Picture,
  { cursor, pinned }: Pointed,
  ink: Ink,
) {
  if (!hasStepsAcross(of.mode)) {
    const shown = cursor ?? pinned;
    if (shown !== null) drawPointedRidge(context, size, of, ink, shown);
    return;
  }
  for (const [step, dash] of [
    [pinned, []],
    [cursor, [3, 3]],
  ] as const) {
    // prettier-ignore
    if (step === null || step < of.steps[0] || step > of.steps[1]) continue;
    const x = Math.round(stepPlace(step, of.steps) * size.width) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, size.height);
    context.lineWidth = 3;
    context.strokeStyle = ink.ground;
    context.stroke();
    context.lineWidth = 1;
    context.strokeStyle = ink.strong;
    context.setLineDash([...dash]);
    context.stroke();
    context.setLineDash([]);
  }
}

/** A strip at the upper edge over the steps whose histograms hold NaN or infinities, or, hollow, nothing. */
export function drawOddities(
  context: CanvasRenderingContext2D,
  size: Size,
  histograms: HistogramColumns,
  range: readonly [number, number],
  ink: Ink,
) {
  clipped(context, size, () =>
    columnBounds(histograms, range).forEach(([from, to], at) => {
      const oddity = oddityOf(histograms, at);
      if (oddity === "none") return;
      const [x, end] = [Math.floor(from * size.width), Math.floor(to * size.width)];
      context.fillStyle = oddity === "empty" ? ink.text : ink.alarm;
      context.fillRect(x, 0, Math.max(2, end - x), oddity === "empty" ? 1 : strip);
    }),
  );
}
