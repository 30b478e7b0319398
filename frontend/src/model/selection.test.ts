import { describe, expect, it } from "vitest";
import {
  crowd,
  defaultRuns,
  initialSelection,
  isSelected,
  newestShown,
  onlyRuns,
  setAll,
  setSelected,
} from "./selection";

const runs = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `run${i}`, started: i }));
const chosen = (names: string[], selection: typeof initialSelection, defaults: ReadonlySet<string>) =>
  names.filter((name) => isSelected(selection, name, defaults));

describe("selection", () => {
  const names = ["a", "b", "c"];
  const defaults = new Set(names);

  it("shows everything, or the newest in a crowd", () => {
    expect(defaultRuns(runs(crowd)).size).toBe(crowd);
    const few = defaultRuns(runs(crowd + 1));
    expect(few.size).toBe(newestShown);
    expect(few.has(`run${crowd}`)).toBe(true);
    expect(few.has("run0")).toBe(false);
  });

  it("turns single runs on and off and back", () => {
    const off = setSelected(initialSelection, ["b"], false, defaults);
    expect(chosen(names, off, defaults)).toEqual(["a", "c"]);
    expect(setSelected(off, ["b"], true, defaults).flips.size).toBe(0);
    expect(chosen(names, setSelected(off, ["b"], false, defaults), defaults)).toEqual(["a", "c"]);
  });

  it("lets later runs follow the base", () => {
    expect(isSelected(setAll(initialSelection, names, 3, true, defaults), "later", defaults)).toBe(true);
    expect(isSelected(setAll(initialSelection, names, 3, false, defaults), "later", defaults)).toBe(false);
    expect(isSelected(onlyRuns(["a"]), "later", defaults)).toBe(false);
  });

  it("touches only what the filter shows", () => {
    const selection = setAll(initialSelection, ["a", "b"], 3, false, defaults);
    expect(chosen(names, selection, defaults)).toEqual(["c"]);
  });
});
