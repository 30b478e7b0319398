import { describe, expect, it } from "vitest";
import { splitParts } from "./parts";

function part(place: number, ...content: number[]): number[] {
  const label = new DataView(new ArrayBuffer(8));
  label.setUint32(0, place, true);
  label.setUint32(4, content.length, true);
  return [...new Uint8Array(label.buffer), ...content];
}

const split = (bytes: number[]) =>
  [...splitParts(new Uint8Array(bytes).buffer)].map(({ place, body }) => [place, [...new Uint8Array(body)]]);

describe("splitParts", () => {
  const bytes = [...part(1, 1, 2, 3), ...part(0), ...part(2, 9)];

  it("tells each part's question and content", () => {
    expect(split(bytes)).toEqual([
      [1, [1, 2, 3]],
      [0, []],
      [2, [9]],
    ]);
    expect(split([])).toEqual([]);
  });

  it.each([1, 4, 10])("says that the last one is not whole, %i bytes before the end", (short) => {
    expect(() => split(bytes.slice(0, -short))).toThrow(/ends inside/);
  });
});
