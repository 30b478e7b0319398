import { describe, expect, it } from "vitest";
import type { RunNotes, RunSummary } from "../../api/types";
import { makeFilter } from "../tags/filter";
import { isMarkedSame, marksOf, passes, titleOf } from "./run_marks";

const plain: RunNotes = { name: "", note: "", starred: false, archived: false };
const run = (name: string, notes: Partial<RunNotes> | null): RunSummary => ({
  name,
  status: "idle",
  started: 0,
  last_event: null,
  tags: 1,
  points: 1,
  warnings: 0,
  newest: null,
  value: null,
  notes: notes && { ...plain, ...notes },
  front: false,
});

describe("marks", () => {
  it("are those of all runs", () => {
    const marks = marksOf([
      run("a", null),
      run("b", { starred: true, name: "best" }),
      run("c", { archived: true }),
      run("d", { note: "no mark" }),
      run("e", { starred: true, archived: true }),
    ]);
    expect([...marks.starred]).toEqual(["b", "e"]);
    expect([...marks.archived]).toEqual(["c", "e"]);
    expect([...marks.names]).toEqual([["b", "best"]]);
  });

  it("differ by star, archive and name, not by the note", () => {
    expect(isMarkedSame(null, undefined)).toBe(true);
    expect(isMarkedSame(null, { ...plain, note: "a" })).toBe(true);
    for (const change of [{ starred: true }, { archived: true }, { name: "x" }]) {
      expect(isMarkedSame(null, { ...plain, ...change })).toBe(false);
      expect(isMarkedSame({ ...plain, ...change }, { ...plain, ...change })).toBe(true);
    }
  });
});

describe("titleOf", () => {
  const called = (run: string, names: Record<string, string>) =>
    titleOf(run, new Map(Object.entries(names)), (name) => ["a/x", "b/x", "."].includes(name));

  it("is the given name, else the run's own", () => {
    expect(called("a/x", { "a/x": "best" })).toBe("best");
    expect(called("b/x", { "a/x": "best" })).toBe("b/x");
    expect(called(".", {})).toBe("(this directory)");
  });
  it("has the own name beside a given one that is another run's, too", () => {
    const names = { "a/x": "best", "b/x": "best" };
    expect([called("a/x", names), called("b/x", names)]).toEqual(["best (a/x)", "best (b/x)"]);
    expect(called("a/x", { "a/x": "b/x" })).toBe("b/x (a/x)");
    expect(called("a/x", { "a/x": "a/x" })).toBe("a/x");
  });
});

describe("passes", () => {
  it("finds a run by its own name and by the one that it was given", () => {
    const names = new Map([["grid/1", "Best so far"]]);
    expect(passes(makeFilter("^best"), "grid/1", names)).toBe(true);
    expect(passes(makeFilter("^grid"), "grid/1", names)).toBe(true);
    expect(passes(makeFilter("best"), "grid/2", names)).toBe(false);
  });
});
