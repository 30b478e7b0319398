import { describe, expect, it } from "vitest";
import type { Tag } from "../api/types";
import { leafOf, looseSection, makeSections, sectionOf } from "./sections";

const tag = (name: string): Tag => ({
  tag: name,
  kind: "scalar",
  display_name: "",
  description: "",
  runs: [0],
});

describe("makeSections", () => {
  it("groups by first segment, orders naturally, loose tags last", () => {
    const sections = makeSections(["epoch", "val/loss", "layer/10/w", "layer/2/w", "train/loss"].map(tag));
    expect(sections.map((section) => section.name)).toEqual(["layer", "train", "val", looseSection]);
    expect(sections[0]!.tags.map((member) => member.tag)).toEqual(["layer/2/w", "layer/10/w"]);
  });
  it("parts a tag into section and leaf, odd slashes included", () => {
    expect([sectionOf("a/b/c"), leafOf("a/b/c")]).toEqual(["a", "b/c"]);
    expect([sectionOf("/x"), leafOf("/x")]).toEqual([looseSection, "/x"]);
    expect([sectionOf("x/"), leafOf("x/")]).toEqual(["x", "x/"]);
  });
});
