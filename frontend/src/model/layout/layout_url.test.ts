import { describe, expect, it } from "vitest";
import { decodeLayout, encodeLayout, initialLayout, type LayoutView } from "./layout_url";

function encode(layout: LayoutView): string {
  const out = new URLSearchParams();
  encodeLayout(layout, out);
  return out.toString();
}
const decode = (text: string) => decodeLayout(new URLSearchParams(text));

describe("the layout in the address", () => {
  it("writes nothing for the defaults and reads nothing as the defaults", () => {
    expect(encode(initialLayout)).toBe("");
    expect(decode("")).toEqual(initialLayout);
  });

  it("round-trips everything, hostile names included", () => {
    const layout: LayoutView = {
      joinEpochs: false,
      joinValidation: true,
      joins: [
        ["train/loss", "a,b\\", "c&d=e"],
        ["x", "y"],
      ],
      apart: new Set(["val/loss", "a,b"]),
      pinned: new Set(["z", "a", "é:/,;"]),
      heights: new Map([
        ["val/:acc;1,2", 320],
        ["lr", 1600],
      ]),
      tagGroups: [
        { name: "Losses, all", match: "(train|val)/loss{1,2}$" },
        { name: "^lr\\.", match: "^lr\\." },
      ],
      side: "tags",
      closedTags: new Set(["net/0", "a&b"]),
    };
    expect(decode(encode(layout))).toEqual(layout);
    // The order of pins is the order in which they stand.
    expect([...decode(encode(layout)).pinned]).toEqual(["z", "a", "é:/,;"]);
  });

  it("falls back on its defaults for what is wrong", () => {
    const wrong =
      "join=alone&join=&height=tall:a&height=9&section=%28&section=&side=top&epochs=1&validation=0";
    expect(decode(wrong)).toEqual(initialLayout);
    expect(decode("height=1:a&height=99999:b&height=203:c").heights).toEqual(
      new Map([
        ["a", 120],
        ["b", 1600],
        ["c", 200],
      ]),
    );
    expect(decode("section=a,One&section=a,Two").tagGroups).toEqual([{ name: "Two", match: "a" }]);
  });
});
