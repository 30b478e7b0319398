import { describe, expect, it } from "vitest";
import { batchOf, cardOf, memberLabels, withDensities } from "./card";
import { makeTag } from "../fixture";

const card = (...tags: string[]) =>
  cardOf(
    "key",
    tags.map((tag) => makeTag(tag)),
  );
const looks = (...tags: string[]) =>
  card(...tags).members.map(({ pale, dash, exact }) => [
    pale ? "pale" : dash === null ? "own" : dash.join(" ") || "solid",
    ...(exact ? ["exact"] : []),
  ]);
const labels = (...tags: string[]) => [...memberLabels(card(...tags)).values()];

describe("a card's members", () => {
  it("are the run's own line where there is but one", () => {
    expect(looks("train/loss")).toEqual([["own"]]);
  });
  it("are pale where their means stand beside them, and the means are clear and exact", () => {
    expect(looks("train/loss", "train/loss/epoch")).toEqual([
      ["pale", "exact"],
      ["own", "exact"],
    ]);
    expect(looks("loss_epoch", "loss_step")).toEqual([
      ["own", "exact"],
      ["pale", "exact"],
    ]);
  });
  it("are told apart by dash, the first clear one solid", () => {
    expect(looks("train/loss", "train/loss/epoch", "val/loss")).toEqual([
      ["pale", "exact"],
      ["solid", "exact"],
      ["6 3", "exact"],
    ]);
    expect(looks("train/loss", "val/loss", "lr")).toEqual([["solid"], ["6 3"], ["2 3"]]);
  });
  it("are called by what they do not share", () => {
    expect(labels("train/loss", "train/loss/epoch")).toEqual(["batch", "epoch"]);
    expect(labels("train/loss", "train/loss/epoch", "val/loss")).toEqual([
      "train batch",
      "train epoch",
      "val",
    ]);
    expect(labels("train_loss", "val_loss")).toEqual(["train", "val"]);
    expect(labels("Loss/train", "Loss/test")).toEqual(["train", "test"]);
    expect(labels("net/a/w", "net/b/w", "net/c/w")).toEqual(["a", "b", "c"]);
    expect(labels("train/loss", "optimizer/lr")).toEqual(["train/loss", "optimizer/lr"]);
    expect(labels("a", "a/b")).toEqual(["a", "a/b"]);
  });
});

describe("a card whose series are known", () => {
  const drawn = (densities: Record<string, number>) => {
    const known = new Map(Object.entries(densities));
    const { members } = withDensities(card(...known.keys()), known);
    return members.map(({ pale, exact }) => (pale ? "pale" : "clear") + (exact ? ", exact" : ""));
  };

  it("has what is logged per batch pale behind what is logged per epoch, which is as it was logged", () => {
    expect(drawn({ "train/loss": 4000, "val/loss": 10 })).toEqual(["pale", "clear, exact"]);
    expect(drawn({ "train/loss": 40, "val/loss": 10 })[0]).toBe("pale");
    expect(drawn({ "train/loss": 39, "val/loss": 10 })).toEqual(["clear", "clear"]);
  });
  it("has the run's own line for the only clear tag, dashes for several", () => {
    const known = new Map(Object.entries({ "val/loss": 10, "train/loss": 40, "test/loss": 9 }));
    const dashes = (tags: string[]) =>
      withDensities(card(...tags), known).members.map(({ dash }) => dash?.length ?? null);
    expect(dashes(["val/loss", "train/loss"])).toEqual([null, null]);
    expect(dashes(["val/loss", "train/loss", "test/loss"])).toEqual([0, null, 2]);
  });
  it("has nothing pale for the sake of a single point, or of a series that nobody has", () => {
    const alike = ["clear", "clear", "clear"];
    expect(drawn({ "train/loss": 100, "val/loss": 100, "test/loss": 1 })).toEqual(alike);
    expect(drawn({ "train/loss": 100, "val/loss": 100, "test/loss": 0 })).toEqual(alike);
  });
  it("goes by names first: a series with its mean beside it is pale from the start", () => {
    const names = { "train/loss": 1, "train/loss/epoch": 1, "val/loss": 1 };
    expect(drawn(names)).toEqual(["pale, exact", "clear, exact", "clear, exact"]);
    const known = { ...names, "train/loss": 50, "train/loss/epoch": 5, "val/loss": 50 };
    expect(drawn(known)).toEqual(["pale, exact", "clear, exact", "pale"]);
  });
  it("is labelled by names, not by how it is drawn", () => {
    const known = new Map([
      ["train/loss", 4000],
      ["val/loss", 10],
    ]);
    expect([...memberLabels(withDensities(card(...known.keys()), known)).values()]).toEqual(["train", "val"]);
  });
});

describe("batchOf", () => {
  it("knows the means of kymo and of Lightning, and leaves everything else alone", () => {
    expect(
      ["train/loss/epoch", "loss_epoch", "epoch", "/epoch", "_epoch", "epoch/loss"].map(batchOf),
    ).toEqual(["train/loss", "loss_step", "epoch", "/epoch", "_epoch", "epoch/loss"]);
  });
});
