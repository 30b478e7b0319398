import { describe, expect, it } from "vitest";
import { drawFigure, type Figure } from "./figure";
import { makeLine, makeSeries } from "../fixture";
import { makeFrame } from "../drawing/scale";
import type { Line } from "../drawing/scene";

const figureOf = (lines: Line[], xTag: string | null = null, marks: number[] = []): Figure => ({
  marks,
  titleOf: (run) => (run === "." ? "(this directory)" : run),
  scene: {
    lines,
    bands: [],
    axis: xTag === null ? "step" : "series",
    xTag,
    logX: false,
    log: false,
    trim: 0,
    zoom: null,
    theme: "light",
  },
  frame: makeFrame({ width: 300, height: 100, x: [0, 10], y: [0, 1], logX: false, logY: false }),
  gutter: 52,
  ticks: {
    x: { values: [0, 5, 10, 15], labels: ["0", "5", "10", "15"] },
    y: { values: [0, 0.5], labels: ["0", "0.5"] },
  },
  xTitle: { text: xTag === null ? "step" : "", clear: 10 },
  bleed: { x: 3, y: 3 },
});

const measure = (text: string) => text.length * 6;
const draw = (lines: Line[], xTag?: string) => drawFigure(figureOf(lines, xTag), "train/<loss>", measure);
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((found) => found[1]);
const lineOf = (run: string, tag = "loss") =>
  makeLine(makeSeries({ run, x: [0, 5, 10], value: [0, 1, 0.5], smoothed: [0, 0.5, 0.5] }), tag);

describe("drawFigure", () => {
  it("has title, labels, lines and legend, all within its size", () => {
    const { svg, width, height } = draw([lineOf("."), lineOf("b & c")]);
    expect(texts(svg)).toEqual([
      "train/&lt;loss&gt;",
      "0",
      "0.5",
      "0",
      "5",
      "10",
      "step",
      "(this directory)",
      "b &amp; c",
    ]);
    expect(svg.match(/<path [^>]*stroke-width="1.5"[^>]*>/g)!.length).toBe(2 + 2);
    expect([width, height]).toEqual([16 + 52 + 300 + 8 + 16, 16 + 28 + 100 + 24 + 12 + 18 + 16]);
    expect(svg).toContain(`width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`);
  });

  it("names the series that is x", () => {
    expect(texts(draw([], "data/samples").svg).at(-1)).toBe("data/samples");
  });

  it("has the reader's marks with their letters, where they are in view", () => {
    const { svg } = drawFigure(figureOf([lineOf("a")], null, [5, 10]), "loss", measure);
    const marks = svg.split('class="marks"')[1]!.split("</g>")[0]!;
    expect(marks).toContain('d="M150.5 0L150.5 100"');
    expect(texts(marks)).toEqual(["A", "B"]);
    // The letter of a mark at the edge stays inside of the plot.
    expect(marks).toMatch(/<text x="292.5"[^>]*>B</);
    expect(drawFigure(figureOf([], null, [11]), "loss", measure).svg).not.toContain('class="marks"');
  });

  it("tells tags of one card apart by their dashes", () => {
    const second = { ...lineOf("a", "val"), dash: [2, 2] };
    const legend = draw([{ ...lineOf("a", "train"), pale: true }, second]).svg.split('class="legend"')[1]!;
    expect(texts(legend)).toEqual(["train", "val", "a"]);
    expect(legend).toContain('stroke-dasharray="2 2"');
  });

  it("wraps its legend, shortens long names and stops somewhere", () => {
    const legend = texts(draw([lineOf("x".repeat(100))]).svg).at(-1)!;
    expect(measure(legend)).toBeLessThan(360);
    expect(legend).toMatch(/^x+…x+$/);
    const many = draw(Array.from({ length: 500 }, (_, i) => lineOf(`run-${i}`)));
    expect(texts(many.svg).at(-1)).toBe("and 440 more");
    expect(many.height).toBeLessThan(600);
  });
});
