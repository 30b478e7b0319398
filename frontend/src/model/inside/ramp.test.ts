import { describe, expect, it } from "vitest";
import { palette } from "../runs/colours";
import { heatOf, parseHex, rampAt, type Rgb } from "./ramp";

const light = ([red, green, blue]: Rgb) => {
  const linear = (channel: number) => (channel / 255) ** 2.2;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
};
const themes = {
  light: { ground: parseHex("#f6f6f4"), text: parseHex("#1a1b1e") },
  dark: { ground: parseHex("#191a1d"), text: parseHex("#e9eaec") },
};

describe("the colours of a heat map", () => {
  it("go from the ground to the text, ever darker or ever lighter, whatever the run's colour", () => {
    for (const look of palette)
      for (const theme of ["light", "dark"] as const) {
        const ink = { ...themes[theme], colour: parseHex(look[theme]) };
        const lights = Array.from({ length: 21 }, (_, at) => light(rampAt(at / 20, ink)));
        const sign = theme === "light" ? -1 : 1;
        expect(rampAt(0, ink)).toEqual(ink.ground);
        for (let at = 1; at < lights.length; at++)
          expect(sign * (lights[at]! - lights[at - 1]!), `${look.name} ${theme} ${at}`).toBeGreaterThan(0);
      }
  });

  it("are read from what a canvas says", () => {
    expect(parseHex("#ff8001")).toEqual([255, 128, 1]);
    expect(parseHex("rebeccapurple")).toEqual([0, 0, 0]);
  });

  it("tell few values apart more finely than many", () => {
    expect(heatOf(0.1, false)).toBeGreaterThan(0.2);
    expect([heatOf(0, false), heatOf(1, false), heatOf(7, false)]).toEqual([0, 1, 1]);
    expect(heatOf(0.5, true)).toBe(0.5);
  });
});
