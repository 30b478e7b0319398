// What charts are drawn on: a canvas, or an SVG document. Coordinates are CSS pixels inside the plot area.

export interface Stroke {
  colour: string;
  width: number;
  alpha: number;
  dash: readonly number[];
}

/** A path as `Path2D` has it. */
export interface Trace {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  rect(x: number, y: number, width: number, height: number): void;
  circle(x: number, y: number, radius: number): void;
}

export interface Surface {
  /** Its pixels for each CSS pixel; left out where it has none. */
  readonly density?: number;
  /** What is drawn will be seen for a moment only. */
  readonly hasty?: boolean;
  trace(): Trace;
  stroke(trace: Trace, stroke: Stroke): void;
  fill(trace: Trace, colour: string, alpha?: number): void;
}

class CanvasTrace extends Path2D implements Trace {
  circle(x: number, y: number, radius: number): void {
    this.moveTo(x + radius, y);
    this.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

export class CanvasSurface implements Surface {
  readonly density: number;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    readonly hasty = false,
  ) {
    context.lineJoin = "round";
    this.density = context.getTransform().a;
  }

  trace(): Trace {
    return new CanvasTrace();
  }

  stroke(trace: Trace, { colour, width, alpha, dash }: Stroke): void {
    const { context } = this;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.stroke(trace as CanvasTrace);
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  fill(trace: Trace, colour: string, alpha = 1): void {
    this.context.globalAlpha = alpha;
    this.context.fillStyle = colour;
    this.context.fill(trace as CanvasTrace);
    this.context.globalAlpha = 1;
  }
}
