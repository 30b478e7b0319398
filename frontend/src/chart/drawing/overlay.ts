// The layer above the lines: the cursor, its dots, and a run brought to the front. Redrawing it leaves the lines alone.
import type { Look, Shape } from "../../model/runs/colours";
import { markNames, type Marks } from "../../model/view/marks";
import { addShape, drawUpright } from "./draw";
import type { Frame } from "./frame";
import { nearestIndex } from "../pointing/hover";
import type { Ink } from "./ink";
import { drawMark, markFont } from "./mark";
import { drawScene } from "../export/picture";
import type { Scene } from "./scene";
import { CanvasSurface, type Surface } from "./surface";

export interface OverlayScene {
  frame: Frame;
  scene: Scene;
  x: number | null;
  /** Places that the reader has marked. */
  marks: Marks;
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
    const { frame, x, marks, highlighted } = overlay;
    const shown = overlay.scene.lines.filter(({ columns }) => columns.run === highlighted);
    const empty = x === null && marks.length === 0 && shown.length === 0;
    if (empty && this.blank) return;
    const context = this.prepare(frame);
    if (!context) return;
    this.blank = empty;
    if (shown.length > 0) {
      // A run that is held by a band is seen against the band.
      context.globalAlpha = shown.some(({ isGuest }) => isGuest) ? 0.5 : 0.8;
      context.fillStyle = overlay.ink.ground;
      context.fillRect(0, 0, frame.width, frame.height);
      context.globalAlpha = 1;
      drawScene(new CanvasSurface(context), { ...overlay.scene, bands: [], lines: shown }, frame);
    }
    marks.forEach((mark, i) => drawNamedMark(context, overlay, mark, markNames[i]!));
    if (x !== null) drawCursor(context, overlay, x);
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

function drawNamedMark(
  context: CanvasRenderingContext2D,
  { frame, ink }: OverlayScene,
  mark: number,
  name: string,
): void {
  const middle = drawMark(new CanvasSurface(context), mark, frame, ink);
  if (!middle) return;
  context.font = markFont;
  context.fillStyle = ink.ground;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(name, middle.x, middle.y + 0.5);
}

function drawCursor(
  context: CanvasRenderingContext2D,
  { frame, scene, highlighted, ink }: OverlayScene,
  x: number,
): void {
  const surface = new CanvasSurface(context);
  const at = drawUpright(surface, x, frame, { colour: ink.hairline, alpha: 0.5 });
  if (at === null) return;
  const drawDot = (xs: Float64Array, ys: Float64Array, look: Look) => {
    const index = nearestIndex(xs, x, frame.toX);
    if (index < 0) return;
    const left = frame.toX(xs[index]!);
    const top = frame.toY(ys[index]!);
    // A run that ends before the cursor has no dot there.
    if (!Number.isFinite(top) || Math.abs(left - at) > 24) return;
    fillShape(surface, look.shape, left, top, 4.5, ink.ground);
    fillShape(surface, look.shape, left, top, 3, look[scene.theme]);
  };
  const isLit = (run: string | null) => highlighted === null || run === highlighted;
  for (const { columns, look, pale } of scene.bands)
    if (!pale && isLit(null)) drawDot(columns.x, columns.mean, look);
  for (const { columns, look, pale } of scene.lines)
    if (!pale && isLit(columns.run)) drawDot(columns.x, columns.smoothed ?? columns.value, look);
}

function fillShape(
  surface: Surface,
  shape: Shape,
  left: number,
  top: number,
  radius: number,
  colour: string,
): void {
  const path = surface.trace();
  addShape(path, shape, left, top, radius);
  surface.fill(path, colour);
}
