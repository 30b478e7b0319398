// A chart as a picture of its own: title, axes, lines and legend as an SVG document.
import type { Look, Shape } from "../../model/runs/colours";
import { markNames, type Marks } from "../../model/view/marks";
import { tickLength, xAxisGap, xAxisHeight, xTitleHeight, yAxisGap, type Ticks } from "../drawing/axes";
import { addShape } from "../drawing/draw";
import type { Frame } from "../drawing/frame";
import { inks, type Ink } from "../drawing/ink";
import { drawMark } from "../drawing/mark";
import { drawScene } from "./picture";
import type { Line, Scene } from "../drawing/scene";
import { element, escapeXml, SvgSurface } from "./svg";

/** What a chart on the page shows at a moment. */
export interface Figure {
  scene: Scene;
  frame: Frame;
  marks: Marks;
  /** What a run is called. */
  titleOf: (run: string) => string;
  /** Room for the labels of y. */
  gutter: number;
  ticks: { x: Ticks; y: Ticks };
  xTitle: { text: string; clear: number };
  /** How far lines are drawn beyond the plot's edges. */
  bleed: { x: number; y: number };
}

export interface Drawing {
  svg: string;
  width: number;
  height: number;
}

/** The width of a text at the legend's size, in pixels. */
export type Measure = (text: string) => number;

interface Entry {
  name: string;
  colour: string;
  shape: Shape | null;
  dash: readonly number[];
  alpha: number;
}

const margin = 16;
const titleHeight = 28;
const rightRoom = 8;
const fontSize = 11;
const titleSize = 13;
const rowHeight = 18;
const legendGap = 12;
const sampleWidth = 20;
const sampleGap = 6;
const entryGap = 16;
/** A longer legend would leave the chart no room. */
const mostEntries = 60;
const fontFamily = "system-ui, -apple-system, 'Segoe UI', sans-serif";

export function drawFigure(figure: Figure, title: string, measure: Measure): Drawing {
  const { frame, scene, gutter } = figure;
  const ink = inks[scene.theme];
  const width = margin + gutter + frame.width + rightRoom + margin;
  const below = xAxisHeight + (scene.xTag === null ? 0 : xTitleHeight);
  const rows = placeEntries(legendOf(figure), width - 2 * margin, measure);
  const top = margin + titleHeight;
  const legendTop = top + frame.height + below + legendGap;
  const height = legendTop + rows.length * rowHeight + margin - (rows.length > 0 ? 0 : legendGap);
  const parts = [
    element("rect", { width, height, fill: ink.ground }),
    text(margin, margin + titleSize, title, {
      "font-size": titleSize,
      "font-weight": 600,
      fill: ink.hairline,
    }),
    element(
      "g",
      { transform: `translate(${margin + gutter} ${top})` },
      ["", drawAxes(figure, ink), drawPlot(figure), drawMarks(figure, ink), ""].join("\n"),
    ),
    ...(rows.length > 0
      ? [
          element(
            "g",
            { class: "legend", transform: `translate(${margin} ${legendTop})` },
            ["", ...rows.map((row, i) => drawRow(row, i, ink)), ""].join("\n"),
          ),
        ]
      : []),
  ];
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": fontFamily,
    "font-size": fontSize,
    fill: ink.text,
  };
  return { svg: element("svg", root, ["", ...parts, ""].join("\n")) + "\n", width, height };
}

function drawPlot({ scene, frame, bleed }: Figure): string {
  const surface = new SvgSurface();
  drawScene(surface, scene, frame);
  const clip = element(
    "clipPath",
    { id: "plot" },
    element("rect", {
      x: -bleed.x,
      y: -bleed.y,
      width: frame.width + 2 * bleed.x,
      height: frame.height + 2 * bleed.y,
    }),
  );
  return `${clip}\n${element("g", { class: "plot", "clip-path": "url(#plot)" }, `\n${String(surface)}\n`)}`;
}

function drawMarks({ frame, marks }: Figure, ink: Ink): string {
  const surface = new SvgSurface();
  const letters = marks.flatMap((mark, i) => {
    const middle = drawMark(surface, mark, frame, ink);
    const style = { "text-anchor": "middle", "font-weight": 600, fill: ink.ground };
    return middle ? [text(middle.x, middle.y + 4, markNames[i]!, style)] : [];
  });
  return letters.length === 0
    ? ""
    : element("g", { class: "marks" }, ["", String(surface), ...letters, ""].join("\n"));
}

function drawAxes({ frame, ticks, xTitle, scene }: Figure, ink: Ink): string {
  const surface = new SvgSurface();
  const labels: string[] = [];
  const hairline = (from: [number, number], to: [number, number], colour: string) => {
    const path = surface.trace();
    path.moveTo(...from);
    path.lineTo(...to);
    surface.stroke(path, { colour, width: 1, alpha: 1, dash: [] });
  };
  const onPixel = (value: number) => Math.round(value) + 0.5;
  ticks.y.values.forEach((value, i) => {
    const y = onPixel(frame.toY(value));
    if (!(y >= -1 && y <= frame.height + 1)) return;
    hairline([0, y], [frame.width, y], ink.grid);
    labels.push(text(-yAxisGap, y + 4, ticks.y.labels[i]!, { "text-anchor": "end" }));
  });
  const floor = onPixel(frame.height);
  const labelY = frame.height + tickLength + xAxisGap + fontSize - 1;
  ticks.x.values.forEach((value, i) => {
    const x = onPixel(frame.toX(value));
    if (!(x >= -1 && x <= frame.width + 1)) return;
    hairline([x, floor], [x, floor + tickLength], ink.axis);
    labels.push(text(x, labelY, ticks.x.labels[i]!, { "text-anchor": "middle" }));
  });
  hairline([0, floor], [frame.width, floor], ink.axis);
  if (xTitle.text !== "") labels.push(text(-xTitle.clear, labelY, xTitle.text, { "text-anchor": "end" }));
  if (scene.xTag !== null)
    labels.push(text(frame.width / 2, labelY + xTitleHeight, scene.xTag, { "text-anchor": "middle" }));
  return element("g", { class: "axes" }, `\n${String(surface)}\n${labels.join("\n")}\n`);
}

/** Each run once; each tag too, where the card holds several. */
function legendOf({ scene: { lines, theme }, titleOf }: Figure): Entry[] {
  const runs = new Map<string, Look>();
  const tags = new Map<string, Line>();
  for (const line of lines) {
    runs.set(line.columns.run, line.look);
    tags.set(line.tag, line);
  }
  const several = tags.size > 1;
  const ofRuns = [...runs].map(([run, look]) => ({
    name: titleOf(run),
    colour: look[theme],
    shape: look.shape,
    dash: several ? [] : look.dash,
    alpha: 1,
  }));
  const ofTags = [...tags].map(([name, { pale, dash }]) => ({
    name,
    colour: inks[theme].text,
    shape: null,
    dash: dash ?? [],
    alpha: pale ? 0.4 : 1,
  }));
  const all = several ? [...ofTags, ...ofRuns] : ofRuns;
  if (all.length <= mostEntries) return all;
  const more = {
    name: `and ${all.length - mostEntries} more`,
    shape: null,
    dash: [],
    alpha: 0,
    colour: "none",
  };
  return [...all.slice(0, mostEntries), more];
}

interface PlacedEntry extends Entry {
  x: number;
}

/** Rows of entries, as many beside each other as there is room for. */
function placeEntries(entries: readonly Entry[], width: number, measure: Measure): PlacedEntry[][] {
  const rows: PlacedEntry[][] = [];
  let x = Infinity;
  for (const entry of entries) {
    const name = shorten(entry.name, width - sampleWidth - sampleGap, measure);
    const taken = sampleWidth + sampleGap + measure(name);
    if (x + taken > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push({ ...entry, name, x });
    x += taken + entryGap;
  }
  return rows;
}

/** Names of runs differ at their ends: where there is no room, the middle goes. */
function shorten(name: string, width: number, measure: Measure): string {
  let kept = name.length;
  while (kept > 2 && measure(cut(name, kept)) > width) kept -= Math.max(1, Math.floor(kept / 20));
  return cut(name, kept);
}

const cut = (name: string, kept: number) =>
  kept >= name.length
    ? name
    : `${name.slice(0, Math.ceil(kept / 2))}…${name.slice(name.length - Math.floor(kept / 2))}`;

function drawRow(row: readonly PlacedEntry[], index: number, { text: colour }: Ink): string {
  const surface = new SvgSurface();
  const middle = index * rowHeight + rowHeight / 2;
  const names = row.map(({ x, name, ...entry }) => {
    if (entry.alpha > 0) {
      const sample = surface.trace();
      sample.moveTo(x, middle);
      sample.lineTo(x + sampleWidth, middle);
      surface.stroke(sample, { colour: entry.colour, width: 1.5, alpha: entry.alpha, dash: entry.dash });
    }
    if (entry.shape) {
      const shape = surface.trace();
      addShape(shape, entry.shape, x + sampleWidth / 2, middle, 3.5);
      surface.fill(shape, entry.colour);
    }
    return text(x + sampleWidth + sampleGap, middle + 4, name, { fill: colour });
  });
  return [String(surface), ...names].join("\n");
}

function text(x: number, y: number, words: string, attributes: Record<string, string | number>): string {
  return element("text", { x, y, ...attributes }, escapeXml(words));
}
