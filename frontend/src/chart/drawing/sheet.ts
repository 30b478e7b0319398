// How a chart's lines get onto its canvas. Those that take longer to draw than a frame lasts are drawn where nobody sees
// it, some in each frame; what was drawn before is shown meanwhile, moved and scaled to where it belongs.
import type uPlot from "uplot";
import type { Range } from "../../model/view/view_url";
import { effortOf } from "./draw";
import type { Frame } from "./frame";
import { pan, yExtent } from "./extent";
import { drawAbove, drawBelow, drawLines, drawScene } from "../export/picture";
import { scaleOf } from "./scale";
import type { Line, Scene } from "./scene";
import { CanvasSurface } from "./surface";

/** A part of the plane, and its size in CSS pixels. */
export interface Place {
  x: Range;
  y: Range;
  width: number;
  height: number;
}

interface Drawing {
  place: Place;
  lines: readonly Line[];
  canvas: HTMLCanvasElement;
}

/** What is drawn in one frame: some milliseconds of work for a slow machine. */
const effortOfFrame = 6000;
/** What moves is drawn with room around it, and anew once so little of the room is left; both in widths of the view. */
const room = 0.75;
const leastRoom = 0.35;
/** It is drawn anew, too, when it is shown so much larger or smaller than it was drawn. */
const mostScaled = 1.5;

export class Sheet {
  /** What was drawn last, while the lines that the chart is to show are not drawn yet. */
  private drawing: Drawing | null = null;
  private next: { drawing: Drawing; steps: Generator<number> } | null = null;
  private moving = false;
  /** What is on the chart's own canvas. */
  private shown: { place: Place; lines: readonly Line[] } | null = null;
  private request = 0;

  /** `frameOf`: how a place is drawn; `done`: there is something new to show. */
  constructor(
    private readonly frameOf: (place: Place) => Frame,
    private readonly done: () => void,
  ) {}

  /** Called before a chart that has been drawn is drawn otherwise. `moving`: other places are about to follow. */
  prepare({ ctx, bbox }: uPlot, scene: Scene, place: Place, moving: boolean): void {
    this.moving = moving;
    const frame = this.frameOf(place);
    const effort = scene.lines.reduce(
      (sum, { columns }) => sum + effortOf(columns, frame, devicePixelRatio),
      0,
    );
    if (!this.shown || effort <= effortOfFrame) this.stop();
    else this.drawing ??= takeOff(ctx.canvas, bbox, this.shown);
  }

  /**
   * Draws a scene, as well as that is possible now; returns whether with its own lines, or with older ones meanwhile.
   * The context counts CSS pixels from the place's corner.
   */
  draw(context: CanvasRenderingContext2D, scene: Scene, place: Place): boolean {
    const surface = new CanvasSurface(context);
    const frame = this.frameOf(place);
    if (!this.drawing) {
      drawScene(surface, scene, frame);
      this.shown = { place, lines: scene.lines };
      return true;
    }
    const bounds = this.bounds(this.drawing, place);
    drawBelow(surface, scene, frame);
    show(context, this.drawing, bounds, place);
    this.fill(context, scene, place, 0, Math.min(bounds.left, place.width));
    this.fill(context, scene, place, Math.max(0, bounds.right), place.width);
    drawAbove(surface, scene, frame);
    this.shown = { place, lines: this.drawing.lines };
    this.seeTo(scene, place);
    return this.shown.lines === scene.lines;
  }

  /** Draws the lines between two pixels at once: nothing is left bare where the drawing does not reach. */
  private fill(
    context: CanvasRenderingContext2D,
    scene: Scene,
    place: Place,
    from: number,
    to: number,
  ): void {
    const [left, right] = [Math.floor(from), Math.ceil(to)];
    if (to - from < 0.5) return;
    const beyond = { left: -left / place.width, right: right / place.width - 1 };
    const x = widened(place.x, beyond.left, beyond.right, scene.logX);
    const part = { ...place, x, width: right - left };
    context.save();
    context.translate(left, 0);
    context.beginPath();
    context.rect(0, 0, part.width, part.height);
    context.clip();
    for (const step of drawLines(new CanvasSurface(context, true), scene, this.frameOf(part))) void step;
    context.restore();
  }

  /** Forgets the chart: what comes next is another. */
  clear(): void {
    this.stop();
    this.shown = null;
  }

  private stop(): void {
    cancelAnimationFrame(this.request);
    this.drawing = this.next = null;
  }

  /** Sees to it that the scene will be shown as it is; while the view moves, nearly so will do. */
  private seeTo(scene: Scene, place: Place): void {
    if (this.next) return;
    if (this.moving) {
      if (!this.isNear(scene.lines, place)) this.begin(scene, this.surroundings(scene, place));
    } else if (!this.isExact(scene.lines, place)) this.begin(scene, place);
    else this.stop();
  }

  private isExact(lines: readonly Line[], place: Place): boolean {
    return this.drawing?.lines === lines && isSame(this.drawing.place, place);
  }

  private isNear(lines: readonly Line[], place: Place): boolean {
    if (this.drawing?.lines !== lines) return false;
    const { width, height } = this.drawing.place;
    const { left, right, top, bottom } = this.bounds(this.drawing, place);
    const least = leastRoom * place.width;
    const covers = left <= -least && right >= place.width + least && top <= 1 && bottom >= place.height - 1;
    const isLike = (scale: number) => scale < mostScaled && scale > 1 / mostScaled;
    return covers && isLike((right - left) / width) && isLike((bottom - top) / height);
  }

  /** Where a drawing belongs in a place. */
  private bounds({ place: { x, y } }: Drawing, place: Place): Bounds {
    const frame = this.frameOf(place);
    return { left: frame.toX(x[0]), right: frame.toX(x[1]), top: frame.toY(y[1]), bottom: frame.toY(y[0]) };
  }

  /** A place at the same scale, with room for what may come into view. */
  private surroundings({ lines, log, logX }: Scene, place: Place): Place {
    const frame = this.frameOf(place);
    const side = Math.round(room * place.width);
    const x = widened(place.x, side / place.width, side / place.width, logX);
    // As high as its lines, for the scale may follow what is in view; but not much higher than the view.
    const columns = lines.map((line) => line.columns);
    const extent = yExtent(columns, x, { log, trim: 0 }) ?? place.y;
    const beyond = (pixels: number) => Math.ceil(Math.max(0, Math.min(place.height, pixels)));
    const above = beyond(-frame.toY(extent[1]));
    const below = beyond(frame.toY(extent[0]) - place.height);
    return {
      x,
      y: widened(place.y, below / place.height, above / place.height, log),
      width: place.width + 2 * side,
      height: place.height + below + above,
    };
  }

  private begin(scene: Scene, place: Place): void {
    const canvas = makeCanvas(place);
    const context = canvas.getContext("2d");
    if (!context) return;
    context.scale(canvas.width / place.width, canvas.height / place.height);
    const steps = drawLines(new CanvasSurface(context, this.moving), scene, this.frameOf(place));
    this.next = { drawing: { place, lines: scene.lines, canvas }, steps };
    this.goOn();
  }

  /** A canvas does what it was told in a task when the task ends: hence so little in each. */
  private goOn(): void {
    this.request = requestAnimationFrame(() => {
      if (!this.next) return;
      let left = effortOfFrame;
      while (left > 0) {
        const step = this.next.steps.next();
        if (step.done) {
          this.drawing = this.next.drawing;
          this.next = null;
          this.done();
          return;
        }
        left -= step.value;
      }
      this.goOn();
    });
  }
}

interface Bounds {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What a chart shows, taken off its canvas. */
function takeOff(
  chart: HTMLCanvasElement,
  { left, top }: { left: number; top: number },
  shown: { place: Place; lines: readonly Line[] },
): Drawing {
  const canvas = makeCanvas(shown.place);
  canvas.getContext("2d")?.drawImage(chart, -left, -top);
  return { ...shown, canvas };
}

function makeCanvas({ width, height }: Place): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
  canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
  return canvas;
}

/** Shows a drawing within its bounds: only what can be seen of it, for far outside a canvas loses precision. */
function show(
  context: CanvasRenderingContext2D,
  { canvas, place: own }: Drawing,
  bounds: Bounds,
  place: Place,
) {
  const across = settled((bounds.right - bounds.left) / own.width, own.width);
  const upright = settled((bounds.bottom - bounds.top) / own.height, own.height);
  const x = across === 1 ? onPixel(bounds.left) : bounds.left;
  const y = upright === 1 ? onPixel(bounds.top) : bounds.top;
  const from = { x: Math.max(0, -x / across), y: Math.max(0, -y / upright) };
  const width = Math.min(own.width, (place.width - x) / across) - from.x;
  const height = Math.min(own.height, (place.height - y) / upright) - from.y;
  if (!(width > 0 && height > 0)) return;
  const [columns, rows] = [canvas.width / own.width, canvas.height / own.height];
  const source = [from.x * columns, from.y * rows, width * columns, height * rows] as const;
  const target = [x + from.x * across, y + from.y * upright, width * across, height * upright] as const;
  context.drawImage(canvas, ...source, ...target);
}

/** The range with so much more of its width at each end. */
function widened(range: Range, below: number, above: number, log: boolean): Range {
  const scale = scaleOf(log);
  return [pan(range, -below, scale)[0], pan(range, above, scale)[1]];
}

const isSame = (one: Place, other: Place) =>
  one.width === other.width &&
  one.height === other.height &&
  one.x.every((end, i) => end === other.x[i]) &&
  one.y.every((end, i) => end === other.y[i]);

/** A scale that moves nothing by as much as can be seen is none. */
const settled = (scale: number, size: number) => (Math.abs(scale - 1) * size < 0.05 ? 1 : scale);

/** Unscaled, whole pixels stay sharp. */
const onPixel = (place: number) => Math.round(place * devicePixelRatio) / devicePixelRatio;
