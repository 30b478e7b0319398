// The axes of a drawing of histograms: steps or values across, and values upward.
import { linearTicks } from "../chart/drawing/ticks";
import { formatLogTick, formatTicks } from "../format/numbers";
import { font, hasStepsAcross, stepPlace, type Ink, type Picture, type Size } from "./frame";

export function drawAxes(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  of: Pick<Picture, "mode" | "steps" | "values">,
  ink: Ink,
) {
  const across = hasStepsAcross(of.mode);
  context.font = font;
  context.fillStyle = ink.text;
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  const steps = linearTicks(of.steps[0], Math.max(of.steps[1], of.steps[0] + 1), width / 60);
  const values = of.values.ticks(across ? height / 36 : width / 48);
  const along = across ? steps.filter(Number.isInteger) : values;
  const place = (tick: number) => (across ? stepPlace(tick, of.steps) : of.values.place(tick)) * width;
  context.textAlign = "center";
  context.textBaseline = "top";
  let taken = -Infinity;
  labelled(along, across, (tick, text) => {
    const x = place(tick);
    const half = context.measureText(text).width / 2;
    const middle = Math.min(x, width + 6 - half);
    if (x < -0.5 || x > width + 0.5 || middle - half < taken) return;
    context.fillText(text, middle, height + 5);
    taken = middle + half + 6;
  });
  if (across) drawGrid(context, { width, height }, of, values);
  context.beginPath();
  context.moveTo(0, height + 0.5);
  context.lineTo(width, height + 0.5);
  context.stroke();
}

function drawGrid(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  { values }: Pick<Picture, "values">,
  ticks: number[],
) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  labelled(ticks, false, (tick, text) => {
    const y = (1 - values.place(tick)) * height;
    context.beginPath();
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(width, Math.round(y) + 0.5);
    context.stroke();
    context.fillText(text, -6, Math.max(4, Math.min(height - 4, y)));
  });
}

function labelled(ticks: number[], areSteps: boolean, draw: (tick: number, text: string) => void) {
  const isEven =
    ticks.length < 3 ||
    Math.abs(ticks[1]! - ticks[0]! - (ticks[2]! - ticks[1]!)) < 1e-9 * Math.abs(ticks[1]!) + 1e-15;
  const texts = areSteps || isEven ? formatTicks(ticks) : ticks.map(labelOfPower);
  ticks.forEach((tick, at) => draw(tick, texts[at]!));
}

/** A symmetric logarithmic axis has ticks at 0 and at powers of ten on both sides. */
function labelOfPower(tick: number): string {
  if (tick === 0) return "0";
  return (tick < 0 ? "−" : "") + formatLogTick(Math.abs(tick));
}
