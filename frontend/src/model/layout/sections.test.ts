import { describe, expect, it } from "vitest";
import { cardOf, singleCard } from "./card";
import { makeTag } from "../fixture";
import { makeSections, type Placing } from "./sections";
import { looseSection } from "../tags/tag_path";

const sectionsOf = (names: string[], placing: Partial<Placing> = {}) =>
  makeSections(
    names.map((name) => singleCard(makeTag(name))),
    { pinned: new Set(), groups: [], ...placing },
  ).map(({ name, cards }) => [name, ...cards.map((card) => card.name)].join(" "));

describe("makeSections", () => {
  it("goes by folders: training first, machines and loose tags last, naturally otherwise", () => {
    const names = ["epoch", "device/gpu0", "val/loss", "layer/10/w", "layer/2/w", "adapter/x", "train/loss"];
    expect(sectionsOf(names)).toEqual([
      "train train/loss",
      "val val/loss",
      "adapter adapter/x",
      "layer layer/2/w layer/10/w",
      "device device/gpu0",
      `${looseSection} epoch`,
    ]);
  });
  it("makes a section of each folder of any depth that holds more than one chart", () => {
    const names = ["net/a/w", "net/10/q/w", "net/10/q/b", "net/2/w", "net/2/b", "net/loss", "net/10/v/b"];
    expect(sectionsOf(names)).toEqual([
      "net net/a/w net/loss",
      "net/2 net/2/b net/2/w",
      "net/10 net/10/v/b",
      "net/10/q net/10/q/b net/10/q/w",
    ]);
    expect(sectionsOf(["a/b/c/x", "a/b/c/y"])).toEqual(["a/b/c a/b/c/x a/b/c/y"]);
    expect(sectionsOf(["a/b/c/x"])).toEqual(["a a/b/c/x"]);
  });
  it("keeps what is below a folder together", () => {
    expect(
      sectionsOf(["n/x", "n/y", "n/a/x", "n/a/y", "n-1/x", "n-1/y"]).map((one) => one.split(" ")[0]),
    ).toEqual(["n", "n/a", "n-1"]);
  });
  it("puts pinned cards first in the order of pinning, then groups, and each card in one place", () => {
    const names = ["val/loss", "train/loss", "lr", "train/acc"];
    const groups = [
      { name: "Losses", match: "loss$" },
      { name: "All of training", match: "^train" },
      { name: "Nothing", match: "nothing" },
    ];
    expect(sectionsOf(names, { pinned: new Set(["lr", "gone", "val/loss"]), groups })).toEqual([
      "pinned/ lr val/loss",
      "group:loss$/ train/loss",
      "group:^train/ train/acc",
      "group:nothing/",
    ]);
    expect(sectionsOf([], { groups })).toEqual([]);
    // A card is pinned with any of its tags: joining hides no pin.
    const joined = cardOf("key", [makeTag("train/loss"), makeTag("val/loss")]);
    const [first] = makeSections([singleCard(makeTag("a/b")), joined], {
      pinned: new Set(["val/loss"]),
      groups: [],
    });
    expect(first).toEqual({ name: "pinned/", cards: [joined] });
  });
});
