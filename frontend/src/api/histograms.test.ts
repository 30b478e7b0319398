import { describe, expect, it } from "vitest";
import { encode, floats } from "./fixture";
import { decodeHistograms } from "./histograms";

describe("decodeHistograms", () => {
  it("reads the columns and the bins of all of them", () => {
    const arrays = {
      step: { dtype: "f8", offset: 0, length: 2 },
      offsets: { dtype: "f8", offset: 16, length: 3 },
      left: { dtype: "f8", offset: 40, length: 1 },
    };
    const header = { version: 3, run: "mlp", tag: "weights", total: 5, in_view: 2, arrays };
    const columns = decodeHistograms(encode(header, floats(10, 20, 0, 1, 1, -0.5)));
    expect([columns.tag, columns.total, columns.inView]).toEqual(["weights", 5, 2]);
    expect([[...columns.step], [...columns.offsets], [...columns.left]]).toEqual([
      [10, 20],
      [0, 1, 1],
      [-0.5],
    ]);
    expect(columns.counts.length).toBe(0);
  });
});
