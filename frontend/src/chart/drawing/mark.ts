// A place that the reader has marked: a hairline with a letter on top, on the page and in pictures of it.
import { drawUpright } from "./draw";
import type { Frame } from "./frame";
import { chartFont, type Ink } from "./ink";
import type { Surface } from "./surface";

/** Pixels of a letter with its ground. */
const labelSize = 15;
export const markFont = `600 ${chartFont}`;

/** Draws a mark but for its letter; returns where the middle of that is to be, or null for a mark out of view. */
export function drawMark(
  surface: Surface,
  x: number,
  frame: Frame,
  { hairline: colour }: Ink,
): { x: number; y: number } | null {
  const at = drawUpright(surface, x, frame, { colour, alpha: 0.7 });
  if (at === null) return null;
  // Beside the edge that a letter would be cut by.
  const left = Math.max(0, Math.min(frame.width - labelSize, at - labelSize / 2));
  const ground = surface.trace();
  ground.rect(left, 0, labelSize, labelSize);
  surface.fill(ground, colour);
  return { x: left + labelSize / 2, y: labelSize / 2 };
}
