import { describe, expect, it } from "vitest";
import { makeTag } from "../fixture";
import { foldersOf, leafIn, looseSection, pathsTo, textSection } from "./tag_path";

describe("a tag's path", () => {
  it("parts a tag into folders and leaf, odd slashes included", () => {
    const parts = (name: string) => [foldersOf(makeTag(name)).join(" "), leafIn("a", makeTag(name))];
    expect(parts("a/b/c")).toEqual(["a b", "b/c"]);
    expect(parts("a//b")).toEqual(["a", "b"]);
    expect(parts("/x")).toEqual([looseSection, "/x"]);
    expect(parts("x/")).toEqual([looseSection, "x/"]);
    expect(parts("//")).toEqual([looseSection, "//"]);
    expect(parts("/a/b/")).toEqual(["/a", "/a/b/"]);
    expect(parts("ab/c")).toEqual(["ab", "ab/c"]);
    expect(leafIn("a/b", makeTag("a/b/c"))).toBe("c");
    expect(leafIn("a/b/c", makeTag("a/b/c"))).toBe("a/b/c");
    expect(pathsTo("/a/b/c")).toEqual(["/a", "/a/b", "/a/b/c"]);
  });
  it("is that of the name that was logged, or of a display name where there is one", () => {
    const notes = makeTag("notes/text_summary", "text");
    expect([foldersOf(notes), leafIn(textSection, notes)]).toEqual([[textSection], "notes"]);
    const long = makeTag("eval/samples/text_summary", "text");
    expect([foldersOf(long), leafIn("eval", long)]).toEqual([["eval"], "samples"]);
    expect(leafIn("a", { ...makeTag("a/b"), display_name: "a/pretty" })).toBe("pretty");
  });
});
