import { describe, expect, it } from "vitest";
import { hashName, lookAt, lookCount, Looks, palette, plainLook } from "./colours";

class FakeStore {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
}

type Vector = [number, number, number];

function linear(hex: string): Vector {
  return [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Vector;
}

const luminance = ([r, g, b]: Vector) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

// Machado, Oliveira and Fernandes (2009), full severity.
const sights: Record<string, Vector[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function oklab(colour: Vector): Vector {
  const clamped = colour.map((part) => Math.min(1, Math.max(0, part))) as Vector;
  const cones = (
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ] as Vector[]
  ).map((row) => Math.cbrt(dot(row, clamped))) as Vector;
  return (
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ] as Vector[]
  ).map((row) => dot(row, cones)) as Vector;
}

function closest(theme: "light" | "dark", sight: Vector[]): number {
  const seen = palette.map((pair) => oklab(sight.map((row) => dot(row, linear(pair[theme]))) as Vector));
  let least = Infinity;
  seen.forEach((a, i) => {
    for (const b of seen.slice(0, i))
      least = Math.min(least, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  });
  return least;
}

describe("the palette", () => {
  it("stands out from its ground", () => {
    for (const pair of [...palette, plainLook]) {
      expect(contrast(pair.light, "#ffffff"), pair.light).toBeGreaterThanOrEqual(3);
      expect(contrast(pair.dark, "#141517"), pair.dark).toBeGreaterThanOrEqual(4.5);
    }
  });
  it.each(Object.entries(sights))("stays apart under %s", (_, sight) => {
    expect(closest("light", sight)).toBeGreaterThan(0.1);
    expect(closest("dark", sight)).toBeGreaterThan(0.1);
  });
});

describe("Looks", () => {
  it("gives the first eight runs eight solid colours, the first thirty-two different looks", () => {
    const names = Array.from({ length: lookCount }, (_, i) => `run-${i}`);
    const looks = new Looks("k", null);
    looks.assign(names.slice(0, 8));
    expect(new Set(names.slice(0, 8).map((name) => looks.of(name).light)).size).toBe(8);
    expect(names.slice(0, 8).every((name) => looks.of(name).shape === "circle")).toBe(true);
    looks.assign(names);
    expect(new Set(names.map((name) => looks.of(name).light + looks.of(name).shape)).size).toBe(lookCount);
  });

  it("keeps a run's look when others come, and over pages", () => {
    const store = new FakeStore();
    const first = new Looks("k", store);
    first.assign(["a", "b"]);
    const second = new Looks("k", store);
    second.assign(["c", "d", "b", "a"]);
    expect(second.of("a")).toEqual(first.of("a"));
    expect(second.of("b")).toEqual(first.of("b"));
  });

  it("keeps a look that was chosen over pages, and gives the automatic one back", () => {
    const store = new FakeStore();
    const first = new Looks("k", store);
    first.assign(["a", "b"]);
    const before = first.of("a");
    first.choose("a", 13);
    expect([first.of("a"), first.choice("a"), first.choice("b")]).toEqual([lookAt(13), 13, null]);
    const second = new Looks("k", store);
    second.assign(["a", "b", "c"]);
    expect(second.of("a")).toEqual(lookAt(13));
    second.choose("a", null);
    expect([second.of("a"), second.choice("a")]).toEqual([before, null]);
    expect(new Looks("k", store).of("a")).toEqual(before);
  });

  it("leaves a look that was chosen to the run that has it, and a look that was given up to others", () => {
    const looks = new Looks("k", null);
    looks.assign(["a"]);
    const given = looks.of("a");
    looks.choose("later", 3);
    looks.choose("a", 2);
    looks.assign(Array.from({ length: 6 }, (_, i) => `run-${i}`));
    const others = Array.from({ length: 6 }, (_, i) => looks.of(`run-${i}`));
    expect(others).toContainEqual(given);
    expect(others).not.toContainEqual(lookAt(2));
    looks.assign(["later"]);
    expect(looks.of("later")).toEqual(lookAt(3));
    expect(others).not.toContainEqual(lookAt(3));
  });

  it("keeps in mind only so many, and still gives the others a look that stays", () => {
    const store = new FakeStore();
    const looks = new Looks("k", store);
    looks.assign(Array.from({ length: 3 * Looks.most }, (_, i) => `run-${i}`));
    expect(JSON.parse(store.items.get("k")!)).toHaveLength(Looks.most);
    const late = `run-${2 * Looks.most}`;
    expect(looks.of(late)).toEqual(new Looks("k", store).of(late));
  });

  it("prefers the look that the name alone gives", () => {
    const looks = new Looks("k", null);
    looks.assign(["train"]);
    expect(looks.of("train")).toEqual(lookAt(hashName("train") % palette.length));
  });

  it.each(["not json", "{}", '[["a", 99], ["b", -1], [1, 2], ["ok", 3]]'])(
    "survives a damaged memory %j",
    (text) => {
      const store = new FakeStore();
      store.setItem("k", text);
      const looks = new Looks("k", store);
      looks.assign(["a", "b"]);
      expect(looks.of("a")).not.toEqual(looks.of("b"));
    },
  );
});
