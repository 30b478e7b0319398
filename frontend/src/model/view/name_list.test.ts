import { describe, expect, it } from "vitest";
import { decodeNames, encodeNames } from "./name_list";

describe("names in one parameter", () => {
  it("come back as they were, whatever is in them", () => {
    for (const names of [["train/loss", "val/loss"], ["a,b", "\\", "\\,", "c\\"], ["line\nbreak, é"], []])
      expect(decodeNames(encodeNames(names))).toEqual(names);
  });
  it("are readable where nothing in them needs a mark", () => {
    expect(encodeNames(["train/loss", "val/loss"])).toBe("train/loss,val/loss");
  });
  it("are never empty", () => {
    expect(decodeNames(",,a,")).toEqual(["a"]);
    expect(decodeNames("a\\")).toEqual(["a"]);
  });
});
