import { describe, expect, it } from "vitest";
import { tagNames, type Card } from "./card";
import { makeTag } from "../fixture";
import { canJoin, counterpartsOf, joinCards, joinTags, splitCard, takeOut, type Joining } from "./joining";

const plain: Joining = { epochs: true, validation: false, joins: [], apart: new Set() };
const deal = (names: string[], joining: Partial<Joining> = {}) =>
  joinTags(
    names.map((name) => makeTag(name)),
    { ...plain, ...joining },
  );
const shape = (cards: Card[]) => cards.map((card) => tagNames(card).join(" + "));
const named = (cards: Card[], name: string) => cards.find((card) => card.name === name)!;

const names = ["val/loss", "val/acc", "train/loss/epoch", "train/loss", "lr", "train/acc"];

describe("joinTags", () => {
  it("puts a mean per epoch to its batches, unless told not to", () => {
    expect(shape(deal(names))).toEqual([
      "val/loss",
      "val/acc",
      "train/loss + train/loss/epoch",
      "lr",
      "train/acc",
    ]);
    expect(shape(deal(names, { epochs: false }))).toEqual(names);
    expect(shape(deal(["loss_epoch", "loss_step", "loss", "epoch"]))).toEqual([
      "loss_step + loss_epoch",
      "loss",
      "epoch",
    ]);
  });
  it("puts validation to training on request, training first", () => {
    expect(shape(deal(names, { validation: true }))).toEqual([
      "train/loss + train/loss/epoch + val/loss",
      "train/acc + val/acc",
      "lr",
    ]);
    expect(shape(deal(["Loss/test", "Loss/train", "latest/x", "x"], { validation: true }))).toEqual([
      "Loss/train + Loss/test",
      "latest/x",
      "x",
    ]);
    expect(shape(deal(["eval_f1", "validation_f1", "training_f1"], { validation: true }))).toEqual([
      "training_f1 + validation_f1 + eval_f1",
    ]);
  });
  it("keeps a card's key while its tags come one by one", () => {
    for (const joining of [{}, { validation: true }, { joins: [["train/loss", "lr"]] }]) {
      const before = deal(["train/loss/epoch"], joining);
      const after = deal(["train/loss/epoch", "train/loss"], joining);
      expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    }
    const joins = [["train/loss", "lr"]];
    expect(deal(["lr"], { joins })[0]!.key).toBe(deal(["train/loss", "lr"], { joins })[0]!.key);
  });
  it("never joins a text", () => {
    const cards = joinTags([makeTag("a"), makeTag("a/epoch", "text"), makeTag("b", "text")], {
      ...plain,
      joins: [["a", "b"]],
    });
    expect(shape(cards)).toEqual(["a", "a/epoch", "b"]);
  });
});

describe("the reader's joins", () => {
  function joined(joining: Joining, target: string, other: string): Joining {
    const cards = deal(names, joining);
    return { ...joining, ...joinCards(joining, named(cards, target), named(cards, other)) };
  }
  it("bring whole cards together, and name the first", () => {
    const once = joined(plain, "lr", "train/loss");
    expect(once.joins).toEqual([["lr", "train/loss"]]);
    expect(shape(deal(names, once))).toContain("lr + train/loss + train/loss/epoch");
    const twice = joined(once, "val/acc", "lr");
    expect(twice.joins).toEqual([["val/acc", "lr", "train/loss"]]);
    expect(shape(deal(names, takeOut(twice, "lr")))).toContain("val/acc + train/loss + train/loss/epoch");
    expect(takeOut(once, "lr").joins).toEqual([]);
  });
  it("are undone before what the settings have joined", () => {
    const once = joined(plain, "lr", "train/loss");
    const card = named(deal(names, once), "lr");
    const undone = { ...once, ...splitCard(once, card) };
    expect(shape(deal(names, undone))).toEqual(shape(deal(names)));
    const apart = { ...undone, ...splitCard(undone, named(deal(names, undone), "train/loss")) };
    expect(shape(deal(names, apart))).toEqual(names);
  });
  it("take back a splitting where that is enough", () => {
    const apart: Joining = { ...plain, apart: new Set(["train/loss/epoch"]) };
    expect(joined(apart, "train/loss", "train/loss/epoch")).toEqual({ ...plain, apart: new Set() });
    // What was split stays so when another card joins it.
    expect(joined(apart, "train/loss/epoch", "lr")).toEqual({
      ...apart,
      joins: [["train/loss/epoch", "lr"]],
    });
  });
});

describe("counterpartsOf", () => {
  it("names the same measure of the other phase, and no text", () => {
    const cards = [...deal(names), ...joinTags([makeTag("train/loss", "text")], plain)];
    expect(counterpartsOf(named(cards, "val/loss"), cards).map(({ name }) => name)).toEqual(["train/loss"]);
    expect(counterpartsOf(named(cards, "lr"), cards)).toEqual([]);
    expect(canJoin(cards[0]!, cards.at(-1)!)).toBe(false);
  });
});
