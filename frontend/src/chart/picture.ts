// A scene's lines and marks, back to front: what a chart on the page and an exported one have in common.
import { drawMarks, drawRestarts, drawSeries, drawZero, styleOf, type Frame } from "./draw";
import { inks } from "./ink";
import type { Scene } from "./scene";
import type { Surface } from "./surface";

export function drawScene(surface: Surface, { lines, log, theme }: Scene, frame: Frame): void {
  const clear = lines.filter(({ pale }) => !pale);
  const all = clear.map(({ columns }) => columns);
  const [floor, ceiling] = [frame.toY(0) < frame.height, frame.toY(0) > 0];
  if (!log && floor && ceiling) drawZero(surface, inks[theme].axis, frame);
  for (const { columns, look } of lines) drawRestarts(surface, columns, look[theme], frame);
  const backToFront = [...lines.filter(({ pale }) => pale), ...clear];
  for (const line of backToFront)
    drawSeries(surface, line, line.look[theme], frame, styleOf(line.columns, all, frame, theme));
  for (const { columns, look } of lines) drawMarks(surface, columns, look[theme], inks[theme].ground, frame);
}
