import { describe, expect, it } from "vitest";
import { singleCard } from "../layout/card";
import { complete, offersOf } from "./completion";
import { makeFilter } from "./filter";
import { makeTag } from "../fixture";
import { growTree } from "./tag_tree";

const offersFor = (names: string[]) => offersOf(growTree(names.map((name) => singleCard(makeTag(name)))));
const offers = offersFor([
  "train/loss",
  "train/acc",
  "lr",
  "net/0/q.w",
  "net/0/q+w",
  "net/1/loss",
  "net/1/x",
]);
const texts = (typed: string, most = 25) => complete(offers, typed, most).map(({ text }) => text);

describe("complete", () => {
  it("offers the outermost folders and tags before anything is typed", () => {
    expect(texts("")).toEqual(["train/", "net/", "lr"]);
  });
  it("offers what begins with the text, then what has a part that does, then what holds it", () => {
    expect(texts("l")).toEqual(["lr", "train/loss", "net/1/loss"]);
    expect(texts("O")).toEqual(["train/loss", "net/1/loss"]);
    expect(texts("train", 2)).toEqual(["train/", "train/acc"]);
  });
  it("goes on below a folder that was chosen", () => {
    const [folder] = complete(offers, "ne", 1);
    expect(folder).toEqual({ text: "net/", filter: "^net/", count: 4, outer: true });
    expect(texts(folder!.filter)).toEqual([
      "net/0/",
      "net/0/q+w",
      "net/0/q.w",
      "net/1/",
      "net/1/loss",
      "net/1/x",
    ]);
  });
  it("offers what an expression matches, and still helps while it is not one", () => {
    expect(texts("acc|lr")).toEqual(["train/acc", "lr"]);
    expect(texts("q+")).toEqual(["net/0/q+w", "net/0/q.w"]);
    expect(texts("(")).toEqual([]);
  });
  it("stands for filters that match the tag and no other", () => {
    for (const { text, filter } of complete(offers, "q", 9)) {
      const { matches, error } = makeFilter(filter);
      expect(error).toBeNull();
      expect(offers.filter((offer) => matches(offer.text)).map((offer) => offer.text)).toEqual([text]);
    }
  });
  it("offers no folder that is no part of a name", () => {
    expect(offersFor(["lr"]).map(({ text }) => text)).toEqual(["lr"]);
  });
});
