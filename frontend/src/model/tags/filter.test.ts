import { describe, expect, it } from "vitest";
import { makeFilter } from "./filter";

describe("makeFilter", () => {
  it("matches all when empty, ignores case unless a capital is typed", () => {
    expect(makeFilter("").matches("anything")).toBe(true);
    expect(makeFilter("loss").matches("train/Loss")).toBe(true);
    expect(makeFilter("Loss").matches("train/loss")).toBe(false);
    expect(makeFilter("\\Dloss").matches("train/LOSS")).toBe(true);
    expect(makeFilter("^val|lr$").matches("opt/lr")).toBe(true);
    expect(makeFilter("^val|lr$").matches("train/loss")).toBe(false);
  });
  it("says what is wrong with an invalid one and hides nothing", () => {
    const filter = makeFilter("loss(");
    expect(filter.matches("x")).toBe(true);
    expect(filter.error).toMatch(/^Not a regular expression: /);
  });
});
