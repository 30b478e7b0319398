import { describe, expect, it } from "vitest";
import type { Block } from "./arrangement";
import { singleCard } from "./card";
import { makeTag } from "../fixture";
import { foldBlocks, foldedOf, toggleFold } from "./folding";

const block = (name: string, count: number, number = 0): Block => ({
  key: `${number}:${name}`,
  section: { name, cards: Array.from({ length: count }, (_, i) => singleCard(makeTag(`${name}/${i}`))) },
  span: Math.min(count, 3),
  later: number > 0,
});
const blocks = [block("net", 1), block("net/a", 2), block("lr", 1), block("net/a/b", 2), block("net", 1, 1)];
const fold = (...closed: string[]) =>
  foldBlocks(blocks, new Set(closed), 3).map(
    ({ section, span, open }) => `${open ? "v" : ">"} ${section.name} ${section.cards.length}, ${span}`,
  );

describe("foldBlocks", () => {
  it("leaves open what nothing closes", () => {
    expect(fold("other", "net/x", "ne")).toEqual([
      "v net 1, 1",
      "v net/a 2, 2",
      "v lr 1, 1",
      "v net/a/b 2, 2",
      "v net 1, 1",
    ]);
  });
  it("makes one heading, a row wide, of all that is below a closed folder", () => {
    expect(fold("net")).toEqual(["> net 6, 3", "v lr 1, 1"]);
    expect(fold("net/a", "net/a/b")).toEqual(["v net 1, 1", "> net/a 4, 3", "v lr 1, 1", "v net 1, 1"]);
  });
  it("leaves a closed section without others below it the room that it has", () => {
    expect(fold("lr", "net/a/b")).toEqual([
      "v net 1, 1",
      "v net/a 2, 2",
      "> lr 1, 1",
      "> net/a/b 2, 2",
      "v net 1, 1",
    ]);
  });
});

describe("what is folded by itself", () => {
  const none: Parameters<typeof foldedOf>[0] = { closed: new Set(), opened: new Set() };
  const sections = ["train", "pipeline", "device/gpu0", "host"];
  const folded = (folds: typeof none, names = sections, isFiltered = false) =>
    [...foldedOf(folds, names, isFiltered)].sort();

  it("is what tells of the machine, beside what is learnt", () => {
    expect(folded(none)).toEqual(["device", "host", "pipeline"]);
    expect(folded(none, ["pipeline", "host"])).toEqual([]);
    expect(folded(none, sections, true)).toEqual([]);
    expect(folded({ ...none, closed: new Set(["train"]) })).toContain("train");
  });

  it("is unfolded and folded again by the reader", () => {
    const open = { ...none, ...toggleFold(none, "device", sections, false) };
    expect(folded(open)).toEqual(["host", "pipeline"]);
    expect({ ...open, ...toggleFold(open, "device", sections, false) }).toEqual(none);
  });

  it("is folded like any other where it would not fold by itself", () => {
    const shut = { ...none, ...toggleFold(none, "device", sections, true) };
    expect(folded(shut, sections, true)).toEqual(["device"]);
    expect(folded({ ...shut, ...toggleFold(shut, "device", sections, true) }, sections, true)).toEqual([]);
    const unfolded = { ...shut, ...toggleFold(shut, "device", sections, false) };
    expect(folded(unfolded)).toEqual(["host", "pipeline"]);
  });
});
