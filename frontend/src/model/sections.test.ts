import { describe, expect, it } from "vitest";
import type { Tag } from "../api/types";
import { leafOf, looseSection, makeSections, sectionOf, textSection } from "./sections";

const tag = (name: string, kind = "scalar"): Tag => ({
  tag: name,
  kind,
  display_name: "",
  description: "",
  runs: [[0, 0]],
});

describe("makeSections", () => {
  it("groups by first segment: training first, machines and loose tags last, naturally otherwise", () => {
    const names = ["epoch", "device/gpu0", "val/loss", "layer/10/w", "layer/2/w", "adapter/x", "train/loss"];
    const sections = makeSections(names.map((name) => tag(name)));
    expect(sections.map((section) => section.name)).toEqual([
      "train",
      "val",
      "adapter",
      "layer",
      "device",
      looseSection,
    ]);
    expect(sections[3]!.cards.map(({ name }) => name)).toEqual(["layer/2/w", "layer/10/w"]);
  });
  it("parts a tag into section and leaf, odd slashes included", () => {
    expect([sectionOf(tag("a/b/c")), leafOf(tag("a/b/c"))]).toEqual(["a", "b/c"]);
    expect([sectionOf(tag("/x")), leafOf(tag("/x"))]).toEqual([looseSection, "/x"]);
    expect([sectionOf(tag("x/")), leafOf(tag("x/"))]).toEqual([looseSection, "x/"]);
  });
  it("shows texts by the name that was logged, and a display name where there is one", () => {
    const notes = tag("notes/text_summary", "text");
    expect([sectionOf(notes), leafOf(notes)]).toEqual([textSection, "notes"]);
    const long = tag("eval/samples/text_summary", "text");
    expect([sectionOf(long), leafOf(long)]).toEqual(["eval", "samples"]);
    expect(leafOf({ ...tag("a/b"), display_name: "a/pretty" })).toBe("pretty");
  });
});
