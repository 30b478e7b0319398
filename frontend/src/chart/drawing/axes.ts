// A chart's axes: where their ticks are, and what they say. uPlot draws them, and an exported picture does.
import uPlot from "uplot";
import { formatLogTicks, formatTicks } from "../../format/numbers";
import { durationSteps } from "../../format/time";
import { chartFont, inks } from "./ink";
import type { Scene } from "./scene";
import { axisTitles, labelLogXTicks, labelXTicks, logTicks, logXTicks, stepSpacings } from "./ticks";

/** The y axis has one width on every chart, so that their x axes line up; only labels that do not fit make it wider. */
export const yAxisWidth = 52;
export const yAxisGap = 6;
export const xAxisHeight = 24;
export const xAxisGap = 4;
export const tickLength = 4;
/** What the name of a series that is x takes below the labels. */
export const xTitleHeight = 16;
const digitWidth = 6.5;
/** Least pixels between two ticks. */
const xSpace = 72;
const ySpace = 36;

export interface Ticks {
  values: readonly number[];
  labels: readonly string[];
}

export class Axes {
  /** What the axes show. */
  readonly shown: { x: Ticks; y: Ticks } = { x: { values: [], labels: [] }, y: { values: [], labels: [] } };
  /** Only grows, so that labels that come and go do not move the plot. */
  private gutter = yAxisWidth;

  /** `size`: of the whole chart, at the moment of asking. */
  constructor(
    private readonly scene: Scene,
    private readonly size: () => { width: number; height: number },
  ) {}

  x(): uPlot.Axis {
    const { axis, xTag, logX, theme } = this.scene;
    const ink = inks[theme];
    return {
      size: xAxisHeight,
      gap: xAxisGap,
      font: chartFont,
      stroke: ink.text,
      space: xSpace,
      grid: { show: false },
      ticks: { stroke: ink.axis, width: 1, size: tickLength },
      border: { show: true, stroke: ink.axis, width: 1 },
      ...(xTag === null ? {} : { label: xTag, labelFont: chartFont, labelSize: xTitleHeight, labelGap: 0 }),
      ...(axis === "relative" ? { incrs: durationSteps } : axis === "step" ? { incrs: stepSpacings } : {}),
      ...(logX
        ? {
            splits: (_self: uPlot, _axis: number, low: number, high: number) =>
              logXTicks(axis, low, high, this.size().width / xSpace),
            filter: keepAll,
          }
        : {}),
      values: (_self, ticks) => this.keep("x", ticks, (logX ? labelLogXTicks : labelXTicks)(axis, ticks)),
    };
  }

  y(): uPlot.Axis {
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
      space: ySpace,
      grid: { stroke: ink.grid, width: 1 },
      ticks: { show: false },
      ...(log
        ? {
            splits: (_self: uPlot, _axis: number, low: number, high: number) =>
              logTicks(low, high, this.size().height / ySpace),
            filter: keepAll,
          }
        : {}),
      values: (_self, ticks) => this.keep("y", ticks, (log ? formatLogTicks : formatTicks)(ticks)),
    };
  }

  /** What x counts, and how many pixels left of the axis it ends. */
  get title(): { text: string; clear: number } {
    const { text, clear } = axisTitles[this.scene.axis];
    // A logarithmic axis begins with a longer label than zero.
    return { text, clear: clear + (this.scene.logX ? 8 : 0) };
  }

  /** Left of the first label: beside every chart's axis and in nobody's way. */
  drawTitle(self: uPlot): void {
    const { text, clear } = this.title;
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

  private keep(side: "x" | "y", values: number[], labels: string[]): string[] {
    this.shown[side] = { values, labels };
    return labels;
  }
}

/** uPlot would label decades only. */
const keepAll = (_self: uPlot, ticks: number[]) => ticks;
