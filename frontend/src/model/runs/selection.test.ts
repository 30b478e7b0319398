import { describe, expect, it } from "vitest";
import {
  chooser,
  initialSelection,
  onlyRule,
  onlyRun,
  setRule,
  setRun,
  type Rule,
  type Selection,
} from "./selection";

const names = ["a/x", "a/y", "b/x", "ab", "c"];
const defaults = new Set(names);
const chosen = (selection: Selection) => names.filter(chooser(selection, defaults)).join(" ");
const later = (selection: Selection, name: string) => chooser(selection, defaults)(name);
const all = (on: boolean): Rule => ({ below: "", match: "", on });
const below = (folder: string, on: boolean): Rule => ({ below: folder, match: "", on });
const matching = (match: string, on: boolean): Rule => ({ below: "", match, on });

describe("selection", () => {
  it("turns single runs on and off and back", () => {
    const off = setRun(initialSelection, "c", false, defaults);
    expect(chosen(off)).toBe("a/x a/y b/x ab");
    expect(setRun(off, "c", true, defaults)).toEqual(initialSelection);
    expect(setRun(off, "c", false, defaults)).toBe(off);
  });

  it("lets later runs follow the base and the rules", () => {
    expect(later(setRule(initialSelection, all(true)), "later")).toBe(true);
    expect(later(setRule(initialSelection, all(false)), "later")).toBe(false);
    expect(later(onlyRun("c"), "later")).toBe(false);
    const folder = onlyRule(below("a", true));
    expect([later(folder, "a/later"), later(folder, "later")]).toEqual([true, false]);
  });

  it("sets a folder without its namesakes", () => {
    expect(chosen(onlyRule(below("a", true)))).toBe("a/x a/y");
    expect(chosen(setRule(initialSelection, below("a", false)))).toBe("b/x ab c");
  });

  it("sets what passes a filter, in a folder or anywhere", () => {
    expect(chosen(setRule(initialSelection, matching("x$", false)))).toBe("a/y ab c");
    expect(chosen(onlyRule({ below: "a", match: "x$", on: true }))).toBe("a/x");
  });

  it("sets a group, in a folder or of what passes a filter, and parts groups from each other", () => {
    const group = (name: string, on: boolean): Rule => ({
      below: "",
      match: "",
      group: { expression: "/(.)", name },
      on,
    });
    expect(chosen(onlyRule(group("x", true)))).toBe("a/x b/x");
    expect(later(onlyRule(group("x", true)), "later/x")).toBe(true);
    expect(chosen(onlyRule({ ...group("x", true), below: "a" }))).toBe("a/x");
    expect(chosen(onlyRule({ ...group("x", true), match: "b" }))).toBe("b/x");
    let selection = setRule(initialSelection, group("x", false));
    expect(chosen(selection)).toBe("a/y ab c");
    selection = setRule(selection, group("y", false));
    selection = setRule(selection, group("x", true));
    expect(chosen(selection)).toBe("a/x b/x ab c");
    expect(selection.rules).toHaveLength(2);
  });

  it("lets the last word count, and forgets what it has replaced", () => {
    let selection = setRule(initialSelection, matching("x$", false));
    selection = setRun(selection, "a/x", true, defaults);
    selection = setRun(selection, "c", false, defaults);
    expect(chosen(selection)).toBe("a/x a/y ab");
    selection = setRule(selection, below("a", false));
    expect(chosen(selection)).toBe("ab");
    expect([...selection.flips]).toEqual(["c"]);
    selection = setRule(selection, matching("x$", true));
    expect(chosen(selection)).toBe("a/x b/x ab");
    expect(selection.rules).toHaveLength(2);
    expect(setRule(selection, all(true))).toEqual({ base: "all", rules: [], flips: new Set() });
  });

  it("finds runs by the names that they were given, too", () => {
    const given = new Map([["a/x", "Best so far"]]);
    const none = setRule(initialSelection, matching("best", false), given);
    expect(names.filter(chooser(none, defaults, given)).join(" ")).toBe("a/y b/x ab c");
    const again = setRun(none, "a/x", true, defaults, given);
    expect(names.filter(chooser(again, defaults, given))).toEqual(names);
    // A rule takes back what was set singly, under whatever name.
    expect(setRule(again, matching("best", false), given).flips).toEqual(new Set());
  });
});
