// Histograms on a canvas, in each of the ways that they can be looked at.
import { drawAxes } from "./axes";
import { drawBands } from "./bands";
import { hasStepsAcross, margin, plotSize, type Ink, type Picture, type Size } from "./frame";
import { drawHeat } from "./heat";
import { drawMarks, drawOddities, type Pointed } from "./marks";
import { drawRidges } from "./ridges";

export function paint(context: CanvasRenderingContext2D, size: Size, of: Picture, ink: Ink) {
  within(context, size, (plot) => {
    drawAxes(context, plot, of, ink);
    if (of.mode === "heat") drawHeat(context, plot, of, ink);
    else if (of.mode === "bands") drawBands(context, plot, of, ink);
    else drawRidges(context, plot, of, ink);
    if (hasStepsAcross(of.mode)) drawOddities(context, plot, of.histograms, of.steps, ink);
  });
}

/** On a canvas of its own, so that what moves with the pointer costs no drawing of the rest. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  size: Size,
  of: Picture,
  pointed: Pointed,
  ink: Ink,
) {
  within(context, size, (plot) => drawMarks(context, plot, of, pointed, ink));
}

/** A context of a canvas that has as many pixels as the screen. */
export function prepared(
  canvas: HTMLCanvasElement,
  { width, height }: Size,
): CanvasRenderingContext2D | null {
  const context = canvas.getContext("2d");
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

function within(context: CanvasRenderingContext2D, size: Size, draw: (plot: Size) => void) {
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  context.translate(margin.left, margin.top);
  draw(plotSize(size));
  context.restore();
}

/** Colours are the page's own: `element` has them as its style. */
export function inkOf(element: Element, colour: string): Ink {
  const style = getComputedStyle(element);
  return {
    ground: style.backgroundColor,
    line: style.borderTopColor,
    text: style.color,
    strong: style.caretColor,
    alarm: style.outlineColor,
    colour,
  };
}
