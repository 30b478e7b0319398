// A scene's bands, lines and marks, back to front: what a chart on the page and an exported one have in common.
import { drawBands } from "../drawing/band";
import {
  countInView,
  drawEvents,
  drawFlags,
  drawMarks,
  drawRestarts,
  drawSeries,
  drawZero,
  styleOf,
} from "../drawing/draw";
import type { Frame } from "../drawing/frame";
import { inks } from "../drawing/ink";
import type { Scene } from "../drawing/scene";
import type { Surface } from "../drawing/surface";

export function drawScene(surface: Surface, scene: Scene, frame: Frame): void {
  drawBelow(surface, scene, frame);
  for (const step of drawLines(surface, scene, frame)) void step;
  drawAbove(surface, scene, frame);
}

/** What lies behind all lines. */
export function drawBelow(surface: Surface, { lines, bands, log, theme }: Scene, frame: Frame): void {
  const [floor, ceiling] = [frame.toY(0) < frame.height, frame.toY(0) > 0];
  if (!log && floor && ceiling) drawZero(surface, inks[theme].axis, frame);
  for (const { columns, look } of bands) drawFlags(surface, columns.restarts, look[theme], frame);
  for (const { columns, look } of lines) drawRestarts(surface, columns, look[theme], frame);
  drawBands(surface, bands, theme, frame);
}

/** Draws the lines one after the other; tells after each the effort that it took. */
export function* drawLines(surface: Surface, { lines, theme }: Scene, frame: Frame): Generator<number> {
  const clear = lines.filter(({ pale }) => !pale);
  const points = clear.reduce((sum, { columns }) => sum + countInView(columns.x, frame), 0);
  const all = { lines: clear.length, points };
  const backToFront = [...lines.filter(({ pale }) => pale), ...clear];
  for (const line of backToFront) {
    yield drawSeries(surface, line, line.look[theme], frame, styleOf(line.columns, all, frame, theme));
  }
}

/** What lies in front of all lines. */
export function drawAbove(surface: Surface, { lines, bands, theme }: Scene, frame: Frame): void {
  for (const { columns, look } of [...bands, ...lines])
    drawMarks(surface, columns, look[theme], inks[theme].ground, frame);
  for (const { columns, look, pale } of lines)
    if (!pale) drawEvents(surface, columns, look[theme], inks[theme].ground, frame);
}
