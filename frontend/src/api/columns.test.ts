import { describe, expect, it } from "vitest";
import { decodeColumns } from "./columns";
import { ServerError } from "./failure";
import { encode, floats } from "./fixture";

describe("decodeColumns", () => {
  it("reads arrays at their places and takes step from x when it is the axis", () => {
    const data = new Uint8Array(8 * 5);
    data.set(floats(1, 2, 0.5, NaN), 0);
    data.set([2], 32);
    const columns = decodeColumns(
      encode(
        {
          version: 7,
          tag: "loss",
          x: "step",
          series: [
            {
              run: "a",
              status: "ok",
              points: 9,
              in_view: 2,
              downsampled: true,
              superseded: 1,
              restarts: [1.5],
              arrays: {
                x: { dtype: "f8", offset: 0, length: 2 },
                value: { dtype: "f8", offset: 16, length: 2 },
                mark_kind: { dtype: "u1", offset: 32, length: 1 },
              },
            },
          ],
        },
        data,
      ),
    );
    const series = columns.series[0]!;
    expect(columns.version).toBe(7);
    expect([...series.x]).toEqual([1, 2]);
    expect([...series.value]).toEqual([0.5, NaN]);
    expect(series.step).toBe(series.x);
    expect(series.smoothed).toBeNull();
    expect([...series.markKind]).toEqual([2]);
    expect(series.restarts).toEqual([1.5]);
  });

  it("gives empty columns to a run without the series", () => {
    const columns = decodeColumns(
      encode(
        {
          version: 1,
          tag: "loss",
          x: "epoch",
          series: [
            {
              run: "b",
              status: "no_epoch",
              points: 0,
              in_view: 0,
              downsampled: false,
              superseded: 0,
              restarts: [],
              arrays: {},
            },
          ],
        },
        new Uint8Array(0),
      ),
    );
    expect(columns.series[0]).toMatchObject({ run: "b", status: "no_epoch", smoothed: null });
    expect(columns.series[0]!.x.length).toBe(0);
  });

  it("throws a refusal as a request of this question alone would", () => {
    const refused = () =>
      decodeColumns(encode({ status: 413, detail: "Ask for fewer runs." }, new Uint8Array(0)));
    expect(refused).toThrow(new ServerError(413, "Ask for fewer runs."));
  });
});
