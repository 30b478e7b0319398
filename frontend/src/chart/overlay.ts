// The layer above the lines: the cursor, its dots, and a run brought to the front. Redrawing it leaves the lines alone.
import { drawMarks, drawSeries, drawShape, styleOf, type Frame } from "./draw";
import { nearestIndex } from "./hover";
import type { Ink } from "./ink";
import type { Scene } from "./scene";

export interface OverlayScene {
  frame: Frame;
  scene: Scene;
  x: number | null;
  highlighted: string | null;
  ink: Ink;
}

export class Overlay {
  private readonly canvas = document.createElement("canvas");
  private blank = true;

  constructor(host: HTMLElement) {
    this.canvas.className = "overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    host.append(this.canvas);
  }

  draw(overlay: OverlayScene): void {
    const { frame, x, highlighted } = overlay;
    const shown = overlay.scene.series.find(({ columns }) => columns.run === highlighted);
    const empty = x === null && !shown;
    if (empty && this.blank) return;
    const context = this.prepare(frame);
    if (!context) return;
    this.blank = empty;
    if (shown) {
      context.globalAlpha = 0.8;
      context.fillStyle = overlay.ink.ground;
      context.fillRect(0, 0, frame.width, frame.height);
      context.globalAlpha = 1;
      const colour = shown.look[overlay.scene.theme];
      context.lineJoin = "round";
      const style = styleOf(shown.columns, [shown.columns], frame, overlay.scene.theme);
      drawSeries(context, shown.columns, shown.look, colour, frame, style);
      drawMarks(context, shown.columns, colour, overlay.ink.ground, frame);
    }
    if (x !== null && x >= frame.low && x <= frame.high) drawCursor(context, overlay, x);
  }

  private prepare(frame: Frame): CanvasRenderingContext2D | null {
    const ratio = devicePixelRatio || 1;
    const width = Math.round(frame.width * ratio);
    const height = Math.round(frame.height * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d");
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    context?.clearRect(0, 0, frame.width, frame.height);
    return context;
  }
}

function drawCursor(
  context: CanvasRenderingContext2D,
  { frame, scene, highlighted, ink }: OverlayScene,
  x: number,
): void {
  const at = Math.round(frame.toX(x)) + 0.5;
  context.strokeStyle = ink.hairline;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(at, 0);
  context.lineTo(at, frame.height);
  context.stroke();
  context.globalAlpha = 1;
  for (const { columns, look } of scene.series) {
    if (highlighted !== null && columns.run !== highlighted) continue;
    const index = nearestIndex(columns.x, x);
    if (index < 0) continue;
    const left = frame.toX(columns.x[index]!);
    const top = frame.toY((columns.smoothed ?? columns.value)[index]!);
    // A run that ends before the cursor has no dot there.
    if (!Number.isFinite(top) || Math.abs(left - at) > 24) continue;
    context.fillStyle = ink.ground;
    drawShape(context, look.shape, left, top, 4.5);
    context.fillStyle = look[scene.theme];
    drawShape(context, look.shape, left, top, 3);
  }
}
