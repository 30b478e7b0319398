// One chart: uPlot gives scales, axes and the drag to zoom; the lines are drawn here, each run with its own x.
import uPlot from "uplot";
import { durationSteps } from "../format/time";
import { formatLogTicks, formatTicks } from "../format/numbers";
import type { Range, Zoom } from "../model/view_url";
import type { Frame } from "./draw";
import { xRange, yExtent } from "./extent";
import { chartFont, inks } from "./ink";
import { Overlay } from "./overlay";
import type { Scene } from "./scene";
import { Sheet, type Place } from "./sheet";
import { axisTitles, labelXTicks, logTicks, stepSpacings } from "./ticks";

export interface PlotEvents {
  /** The reader dragged a rectangle: the ranges it asks for, null where it left a direction alone. */
  zoom(zoom: Zoom): void;
  /** The pointer is over the plot at these CSS pixels, or has left. */
  hover(at: { left: number; top: number } | null): void;
  /** All is where it belongs; `complete`: with the scene's own lines, not with older ones while those are drawn. */
  drawn(complete: boolean): void;
}

/** The y axis has one width on every chart, so that their x axes line up; only labels that do not fit make it wider. */
export const yAxisWidth = 52;
const yAxisGap = 6;
const digitWidth = 6.5;
const xAxisHeight = 24;
const xAxisGap = 4;
const tickLength = 4;
/** Lines and dots on the very edge of what is shown are drawn whole. */
const bleed = 3;
const topRoom = 6;
const rightRoom = 8;

export class Plot {
  private chart: uPlot;
  private overlay: Overlay;
  private x: Range = [0, 1];
  private y: Range = [0, 1];
  /** Only grows, so that labels that come and go do not move the plot. */
  private gutter = yAxisWidth;
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
    this.chart = this.build();
    this.overlay = new Overlay(this.chart.over);
  }

  get xRange(): Range {
    return this.x;
  }

  get yRange(): Range {
    return this.y;
  }

  /** Shows a scene: in place when only its data or ranges differ. `moving`: other ranges are about to follow. */
  update(scene: Scene, moving: boolean): void {
    const before = this.scene;
    this.scene = scene;
    this.fit();
    if (before.axis !== scene.axis || before.log !== scene.log || before.theme !== scene.theme) {
      this.sheet.clear();
      this.chart.destroy();
      this.gutter = yAxisWidth;
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

  /** Draws the cursor at x with a dot on each run's line, and one run in front of all others; null: neither. */
  point(x: number | null, highlighted: string | null): void {
    this.overlay.draw({
      frame: this.frame(),
      scene: this.scene,
      x,
      highlighted,
      ink: inks[this.scene.theme],
    });
  }

  frame({ x, y, width, height }: Place = this.place()): Frame {
    const [low, high] = x;
    const bend = this.scene.log ? Math.log : (value: number) => value;
    const floor = bend(y[0]);
    const span = bend(y[1]) - floor;
    return {
      width,
      height,
      low,
      high,
      toX: (value) => ((value - low) / (high - low)) * width,
      toY: (value) => height - ((bend(value) - floor) / span) * height,
    };
  }

  valueAtX(left: number): number {
    return this.x[0] + (left / this.frame().width) * (this.x[1] - this.x[0]);
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
    const columns = this.scene.lines.map((line) => line.columns);
    this.x = this.scene.zoom?.x ?? xRange(columns, this.scene.axis !== "wall");
    const y = this.scene.zoom?.y;
    const drawable = y && !(this.scene.log && y[0] <= 0) ? y : null;
    const { log, outliers } = this.scene;
    this.y = drawable ?? yExtent(columns, this.x, { log, outliers }) ?? (log ? [0.1, 10] : [0, 1]);
  }

  private build(): uPlot {
    const { axis, log } = this.scene;
    const chart = new uPlot(
      {
        ...this.size,
        padding: [topRoom, rightRoom, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: axis === "wall", range: () => this.x },
          y: log ? { distr: 3, log: 10, range: () => this.y } : { range: () => this.y },
        },
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: [this.xAxis(), this.yAxis()],
        cursor: {
          x: false,
          y: false,
          points: { show: false },
          drag: { x: true, y: true, uni: 24, dist: 4, setScale: false },
          bind: { dblclick: () => null },
        },
        hooks: {
          drawAxes: [(self) => this.drawTitle(self)],
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

  private xAxis(): uPlot.Axis {
    const { axis, theme } = this.scene;
    const ink = inks[theme];
    return {
      size: xAxisHeight,
      gap: xAxisGap,
      font: chartFont,
      stroke: ink.text,
      space: 72,
      grid: { show: false },
      ticks: { stroke: ink.axis, width: 1, size: tickLength },
      border: { show: true, stroke: ink.axis, width: 1 },
      ...(axis === "relative" ? { incrs: durationSteps } : axis === "step" ? { incrs: stepSpacings } : {}),
      values: (_self, ticks) => labelXTicks(axis, ticks),
    };
  }

  private yAxis(): uPlot.Axis {
    const { log, theme } = this.scene;
    const ink = inks[theme];
    return {
      size: (_self, labels) => {
        const longest = (labels ?? []).reduce((most, label) => Math.max(most, label?.length ?? 0), 0);
        this.gutter = Math.max(this.gutter, Math.ceil(longest * digitWidth) + yAxisGap);
        return this.gutter;
      },
      gap: yAxisGap,
      font: chartFont,
      stroke: ink.text,
      space: 36,
      grid: { stroke: ink.grid, width: 1 },
      ticks: { show: false },
      ...(log
        ? {
            splits: (_self: uPlot, _axis: number, low: number, high: number) =>
              logTicks(low, high, this.size.height / 36),
            // uPlot would label decades only.
            filter: (_self: uPlot, ticks: number[]) => ticks,
            values: (_self: uPlot, ticks: number[]) => formatLogTicks(ticks),
          }
        : { values: (_self: uPlot, ticks: number[]) => formatTicks(ticks) }),
    };
  }

  private drawLines(self: uPlot): void {
    const context = self.ctx;
    const ratio = uPlot.pxRatio;
    const { left, top, width, height } = self.bbox;
    const { zoom, outliers } = this.scene;
    const [overX, overY] = [zoom?.x ? 0 : bleed * ratio, zoom?.y || !outliers ? 0 : bleed * ratio];
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

  /** What x counts, left of its first label: beside every chart's axis and in nobody's way. */
  private drawTitle(self: uPlot): void {
    const { text, clear } = axisTitles[this.scene.axis];
    const ratio = uPlot.pxRatio;
    const { left, top, height } = self.bbox;
    const context = self.ctx;
    context.save();
    context.font = chartFont.replace(/^\d+/, (size) => String(Number(size) * ratio));
    context.fillStyle = inks[this.scene.theme].text;
    context.textAlign = "right";
    context.textBaseline = "top";
    context.fillText(text, left - clear * ratio, top + height + (tickLength + xAxisGap) * ratio);
    context.restore();
  }

  private select(self: uPlot): void {
    const { left, top, width, height } = self.select;
    if (width <= 0 && height <= 0) return;
    const frame = this.frame();
    const zoom: Zoom = { x: null, y: null };
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
