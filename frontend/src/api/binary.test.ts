import { describe, expect, it } from "vitest";
import { BinaryAnswer } from "./binary";
import { encode, floats } from "./fixture";

describe("BinaryAnswer", () => {
  it("shows arrays where the header says they are", () => {
    const data = new Uint8Array([...floats(1, NaN, 3), 7, 8]);
    const answer = new BinaryAnswer<{ tag: string }>(encode({ tag: "é" }, data));
    expect(answer.header.tag).toBe("é");
    const places = {
      x: { dtype: "f8", offset: 8, length: 2 },
      kind: { dtype: "u1", offset: 24, length: 2 },
    } as const;
    expect([...answer.floats(places, "x")!]).toEqual([NaN, 3]);
    expect([...answer.bytes(places, "kind")!]).toEqual([7, 8]);
    expect(answer.floats(places, "y")).toBeNull();
    expect(answer.bytes(places, "y")).toBeNull();
  });

  it("refuses a body that ends too soon", () => {
    const body = new ArrayBuffer(8);
    new DataView(body).setUint32(0, 400, true);
    expect(() => new BinaryAnswer(body)).toThrow(/end inside their header/);
    expect(() => new BinaryAnswer(new ArrayBuffer(2))).toThrow(/fewer than a header/);
    const answer = new BinaryAnswer(encode({}, floats(1)));
    expect(() => answer.floats({ x: { dtype: "f8", offset: 0, length: 2 } }, "x")).toThrow();
  });
});
