import { describe, expect, it } from "vitest";
import { makeSeries } from "../../chart/fixture";
import { sparkOf } from "./spark";

describe("a small line", () => {
  it("fills its box, the highest value on top", () => {
    const spark = sparkOf(makeSeries({ x: [0, 1, 2], value: [1, 3, 2] }), 104, 24)!;
    expect(spark.path).toBe("M2 22L52 2L102 12");
    expect([spark.low, spark.high, spark.newest]).toEqual([1, 3, 2]);
    expect(spark.end).toEqual({ x: 102, y: 12 });
  });

  it("breaks where a value is no number, and has no end there", () => {
    const spark = sparkOf(makeSeries({ x: [0, 1, 2, 3], value: [1, NaN, 2, NaN] }), 94, 24)!;
    expect(spark.path).toBe("M2 22M62 2");
    expect(spark.end).toBeNull();
    expect(spark.newest).toBeNaN();
  });

  it("lies in the middle where nothing changes, and at the end where there is one point", () => {
    expect(sparkOf(makeSeries({ x: [5], value: [1] }), 104, 24)!.path).toBe("M102 12");
  });

  it("is not there without a number", () => {
    expect(sparkOf(makeSeries({ x: [], value: [] }), 104, 24)).toBeNull();
    expect(sparkOf(makeSeries({ x: [1], value: [NaN] }), 104, 24)).toBeNull();
  });

  it("has the marks that lie on it", () => {
    const columns = makeSeries({ x: [0, 100], value: [1, 2] });
    columns.events = [
      { kind: "best", x: 50 },
      { kind: "stop", x: 500 },
    ];
    expect(sparkOf(columns, 104, 24)!.marks).toEqual([{ kind: "best", x: 52 }]);
  });
});
