// One chart: uPlot gives scales, axes and the drag to zoom; the lines are drawn here, each run with its own x.
import uPlot from "uplot";
import type { Marks } from "../../model/view/marks";
import type { Bounds, Range } from "../../model/view/view_url";
import { Axes } from "./axes";
import type { Frame } from "./frame";
import { closeRange, xRange, yExtent } from "./extent";
import type { Figure } from "../export/figure";
import { inks } from "./ink";
import { Overlay } from "./overlay";
import { makeFrame, scaleOf, type Scale } from "./scale";
import { curvesOf, type Scene } from "./scene";
import { Sheet, type Place } from "./sheet";

export interface PlotEvents {
  /** The reader dragged a rectangle: the ranges it asks for, null where it left a direction alone. */
  zoom(ranges: { x: Range | null; y: Range | null }): void;
  /** The pointer is over the plot at these CSS pixels, or has left. */
  hover(at: { left: number; top: number } | null): void;
  /** All is where it belongs; `complete`: with the scene's own lines, not with older ones while those are drawn. */
  drawn(complete: boolean): void;
}

/** Ends that the data decide. */
const open: Bounds = [null, null];
/** Lines and dots on the very edge of what is shown are drawn whole. */
const bleed = 3;
const topRoom = 6;
const rightRoom = 8;

/** What a chart cannot change in place. */
const builtIn = ["axis", "xTag", "logX", "log", "theme"] as const;

export class Plot {
  private chart: uPlot;
  private axes: Axes;
  private overlay: Overlay;
  private x: Range = [0, 1];
  private y: Range = [0, 1];
  /** What was last shown without a zoom in x. */
  private whole: Range | null = null;
  private readonly sheet = new Sheet(
    (place) => this.frame(place),
    () => this.chart.redraw(false, false),
  );

  constructor(
    private readonly host: HTMLElement,
    private scene: Scene,
    private size: { width: number; height: number },
    private readonly events: PlotEvents,
  ) {
    this.fit();
    this.axes = this.makeAxes();
    this.chart = this.build();
    this.overlay = new Overlay(this.chart.over);
  }

  get xRange(): Range {
    return this.x;
  }

  /** Whether a range leaves nothing out of what the chart shows without a zoom. */
  showsAll([low, high]: Range): boolean {
    return this.whole !== null && low <= this.whole[0] && high >= this.whole[1];
  }

  get xScale(): Scale {
    return scaleOf(this.scene.logX);
  }

  /** Shows a scene: in place when only its data or ranges differ. `moving`: other ranges are about to follow. */
  update(scene: Scene, moving: boolean): void {
    const before = this.scene;
    this.scene = scene;
    this.fit();
    if (builtIn.some((field) => before[field] !== scene[field])) {
      this.sheet.clear();
      this.chart.destroy();
      this.axes = this.makeAxes();
      this.chart = this.build();
      this.overlay = new Overlay(this.chart.over);
      return;
    }
    this.sheet.prepare(this.chart, scene, this.place(), moving);
    this.chart.batch(() => {
      this.chart.setScale("x", { min: this.x[0], max: this.x[1] });
      this.chart.setScale("y", { min: this.y[0], max: this.y[1] });
      this.chart.redraw(false, true);
    });
  }

  resize(width: number, height: number): void {
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    this.chart.setSize(this.size);
  }

  /** Draws the marks, the cursor at x with a dot on each run's line, and one run in front of all others; null: neither. */
  point(x: number | null, highlighted: string | null, marks: Marks): void {
    this.overlay.draw({
      frame: this.frame(),
      scene: this.scene,
      x,
      marks,
      highlighted,
      ink: inks[this.scene.theme],
    });
  }

  frame(place: Place = this.place()): Frame {
    return makeFrame({ ...place, logX: this.scene.logX, logY: this.scene.log });
  }

  /** What is shown, with what the plot does not know of it, for a picture. */
  figure(beside: Pick<Figure, "marks" | "titleOf">): Figure {
    const { scene, axes, chart } = this;
    return {
      scene,
      frame: this.frame(),
      ...beside,
      gutter: chart.bbox.left / uPlot.pxRatio,
      ticks: axes.shown,
      xTitle: axes.title,
      bleed: this.bleed,
    };
  }

  destroy(): void {
    this.sheet.clear();
    this.chart.destroy();
  }

  private place(): Place {
    const { width, height } = this.chart.bbox;
    return { x: this.x, y: this.y, width: width / uPlot.pxRatio, height: height / uPlot.pxRatio };
  }

  private fit(): void {
    const { zoom, axis, log, logX, trim } = this.scene;
    const curves = curvesOf(this.scene);
    this.x = closeRange(zoom?.x ?? open, xRange(curves, axis !== "wall", logX), scaleOf(logX));
    if (!zoom?.x) this.whole = this.x;
    const found = yExtent(curves, this.x, { log, trim }) ?? (log ? [0.1, 10] : [0, 1]);
    this.y = closeRange(zoom?.y ?? open, found, scaleOf(log));
  }

  private makeAxes(): Axes {
    return new Axes(this.scene, () => this.size);
  }

  private build(): uPlot {
    const { axis, log, logX } = this.scene;
    const logarithmic = { distr: 3, log: 10 } as const;
    const chart = new uPlot(
      {
        ...this.size,
        padding: [topRoom, rightRoom, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: axis === "wall", range: () => this.x, ...(logX ? logarithmic : {}) },
          y: { range: () => this.y, ...(log ? logarithmic : {}) },
        },
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: [this.axes.x(), this.axes.y()],
        cursor: {
          x: false,
          y: false,
          points: { show: false },
          drag: { x: true, y: true, uni: 24, dist: 4, setScale: false, click: () => undefined },
          bind: { dblclick: () => null },
        },
        hooks: {
          drawAxes: [(self) => this.axes.drawTitle(self)],
          draw: [(self) => this.drawLines(self)],
          setSelect: [(self) => this.select(self)],
          setCursor: [(self) => this.hover(self)],
        },
      },
      [this.x, this.y],
      this.host,
    );
    return chart;
  }

  /** Nothing shows beyond an edge that cuts lines off. */
  private get bleed(): Figure["bleed"] {
    const { zoom, trim } = this.scene;
    return { x: zoom?.x ? 0 : bleed, y: zoom?.y || trim > 0 ? 0 : bleed };
  }

  private drawLines(self: uPlot): void {
    const context = self.ctx;
    const ratio = uPlot.pxRatio;
    const { left, top, width, height } = self.bbox;
    const [overX, overY] = [this.bleed.x * ratio, this.bleed.y * ratio];
    context.save();
    context.beginPath();
    context.rect(left - overX, top - overY, width + 2 * overX, height + 2 * overY);
    context.clip();
    context.translate(left, top);
    context.scale(ratio, ratio);
    // During construction uPlot draws before `this.chart` is set.
    this.chart = self;
    const isComplete = this.sheet.draw(context, this.scene, this.place());
    context.restore();
    this.events.drawn(isComplete);
  }

  private select(self: uPlot): void {
    const { left, top, width, height } = self.select;
    if (width <= 0 && height <= 0) return;
    const frame = this.frame();
    const zoom: Parameters<PlotEvents["zoom"]>[0] = { x: null, y: null };
    if (width > 0 && width < frame.width - 0.5) {
      zoom.x = [self.posToVal(left, "x"), self.posToVal(left + width, "x")];
    }
    if (height > 0 && height < frame.height - 0.5) {
      zoom.y = [self.posToVal(top + height, "y"), self.posToVal(top, "y")];
    }
    self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (zoom.x || zoom.y) this.events.zoom(zoom);
  }

  private hover(self: uPlot): void {
    const { left = -1, top = -1 } = self.cursor;
    this.events.hover(left < 0 ? null : { left, top });
  }
}
