import { describe, expect, it } from "vitest";
import { lookAt } from "../../model/runs/colours";
import { bandRow, bandTable, curveOf, drawBands, edgesOf, type Band } from "./band";
import { drawFlags } from "./draw";
import type { Frame } from "./frame";
import { yExtent } from "./extent";
import { makeBand } from "../fixture";
import type { Surface, Trace } from "./surface";

const columns = makeBand({
  name: "lr=0.1",
  runs: 3,
  x: [0, 10, 20],
  mean: [2, 3, 4],
  low: [-1, 1, 2],
  high: [4, 5, 6],
  deviation: [0.5, 1, 1.5],
  count: [2, 3, 3],
});

const makeOne = (change: Partial<Band> = {}): Band => ({
  tag: "loss",
  columns,
  ...edgesOf(columns, "minmax"),
  look: lookAt(0),
  pale: false,
  dash: null,
  ...change,
});

const frame = (log: boolean): Frame => ({
  width: 20,
  height: 100,
  low: 0,
  high: 20,
  toX: (value) => value,
  atX: (pixel) => pixel,
  atY: (pixel) => pixel,
  toY: (value) => 100 - (log ? Math.log10(value) : value) * 10,
});

class Recorder implements Surface {
  readonly drawn: string[] = [];
  trace(): Trace & { path: string[] } {
    const path: string[] = [];
    const note = (sign: string) => (x: number, y: number) => void path.push(`${sign}${x},${y}`);
    return {
      path,
      moveTo: note("M"),
      lineTo: note("L"),
      circle: note("o"),
      rect: note("r"),
      closePath: () => void path.push("Z"),
    };
  }
  stroke = (trace: Trace) =>
    void this.drawn.push(`stroke ${(trace as Trace & { path: string[] }).path.join(" ")}`);
  fill = (trace: Trace) =>
    void this.drawn.push(`fill ${(trace as Trace & { path: string[] }).path.join(" ")}`);
}

function draw(bands: Band[], log = false): string[] {
  const surface = new Recorder();
  drawBands(surface, bands, "light", frame(log));
  return surface.drawn;
}

describe("a band", () => {
  it("reaches from the least to the greatest, or a standard deviation to both sides", () => {
    expect(edgesOf(columns, "minmax")).toMatchObject({ low: columns.low, high: columns.high });
    const { low, high } = edgesOf(columns, "deviation");
    expect([[...low], [...high]]).toEqual([
      [1.5, 2, 2.5],
      [2.5, 4, 5.5],
    ]);
  });

  it("has room on the y axis up to its edges; a pale one is its mean", () => {
    const extent = (band: Band) => yExtent([curveOf(band)], [0, 20], { log: false, trim: 0 })!;
    const [low, high] = extent(makeOne());
    expect([low < -1, high > 6]).toEqual([true, true]);
    expect(extent(makeOne({ pale: true }))[1]).toBeLessThan(4.5);
  });

  it("is drawn as areas under the lines of means", () => {
    expect(draw([makeOne(), makeOne()])).toEqual([
      "fill M0,60 L10,50 L20,40 L20,80 L10,90 L0,110 Z",
      "fill M0,60 L10,50 L20,40 L20,80 L10,90 L0,110 Z",
      "stroke M0,80 L10,70 L20,60",
      "stroke M0,80 L10,70 L20,60",
    ]);
    expect(draw([makeOne({ pale: true })])).toEqual(["stroke M0,80 L10,70 L20,60"]);
  });

  it("goes below the floor where a logarithmic axis has no place", () => {
    expect(draw([makeOne()], true)[0]).toMatch(/L10,100 L0,100000 Z$/);
  });

  it("shows a mean that stands alone as a dot", () => {
    const alone = makeBand({ x: [5], mean: [2] });
    expect(draw([makeOne({ columns: alone, ...edgesOf(alone, "minmax") })]).at(-1)).toBe("fill o5,80");
  });
});

describe("the restarts of many runs", () => {
  it("are flags in view that do not run together", () => {
    const surface = new Recorder();
    drawFlags(surface, [-1, 2, 3, 9, 21], "red", frame(false));
    expect(surface.drawn).toEqual(["fill M2.5,0 L7.5,3 L2.5,6 Z", "fill M9.5,0 L14.5,3 L9.5,6 Z"]);
  });
});

describe("bandRow", () => {
  it("tells what is nearest in x", () => {
    expect(bandRow(makeOne(), 13, 1, (x) => x)).toEqual({
      name: "lr=0.1",
      tag: "loss",
      look: lookAt(0),
      x: 10,
      value: 3,
      low: 1,
      high: 5,
      deviation: 1,
      count: 3,
    });
  });
  it("is copied in full", () => {
    expect(bandTable([bandRow(makeOne(), 10, 1, (x) => x)!])).toEqual([
      ["group", "tag", "mean", "low", "high", "deviation", "runs", "x"],
      ["lr=0.1", "loss", "3", "1", "5", "1", "3", "10"],
    ]);
  });
  it("has nothing to tell outside of what the band covers", () => {
    expect(bandRow(makeOne(), 25, 1, (x) => x)).toBeNull();
    expect(bandRow(makeOne(), 20.5, 1, (x) => x)?.x).toBe(20);
    expect(bandRow(makeOne({ columns: makeBand({}) }), 0, 1, (x) => x)).toBeNull();
  });
});
