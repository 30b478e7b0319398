import { describe, expect, it } from "vitest";
import { Arrangement, type Room } from "./arrangement";
import { singleCard } from "./card";
import { makeTag } from "../fixture";
import { makeSections, type Section } from "./sections";

const wide: Room["wide"] = new Set<string>();
const room: Room = { width: 3 * 400, size: "medium", wide };
const order = ["filter"];
const sectionsOf = (tags: string[]) =>
  makeSections(
    tags.map((tag) => singleCard(makeTag(tag))),
    { pinned: new Set(), groups: [] },
  );

function layouts(...steps: { tags: string[]; order?: unknown[] | null; room?: Room }[]) {
  const arrangement = new Arrangement();
  return steps.map((step) => {
    const { blocks } = arrangement.arrange(
      sectionsOf(step.tags),
      step.room ?? room,
      step.order === undefined ? order : step.order,
    );
    return blocks.map(({ section, span, later }) =>
      [section.cards.map(({ name }) => name).join(" "), span, ...(later ? ["later"] : [])].join(", "),
    );
  });
}

const first = ["a/m", "b/m", "b/n", "c/m", "c/n", "c/o", "c/p"];
const before = ["a/m, 1", "b/m b/n, 2", "c/m c/n c/o c/p, 3"];

describe("Arrangement", () => {
  it("puts a tag that comes later at the end, wherever its section stands", () => {
    const [, after] = layouts({ tags: first }, { tags: ["a/a", ...first] });
    expect(after).toEqual([...before, "a/a, 1, later"]);
  });
  it("fills the last row of a section first, and lets the last section grow", () => {
    const tags = [...first, "d/m", "d/n", "d/o"];
    const [, filled, grown] = layouts(
      { tags },
      { tags: ["c/a", ...tags] },
      { tags: ["c/a", "c/b", "c/c", "d/a", ...tags] },
    );
    const c = "c/m c/n c/o c/p c/a";
    expect(filled).toEqual([...before.slice(0, 2), `${c}, 3`, "d/m d/n d/o, 3"]);
    expect(grown).toEqual([...before.slice(0, 2), `${c} c/b, 3`, "d/m d/n d/o d/a, 3", "c/c, 1, later"]);
  });
  it("places a section of its own name without a word of it having come later", () => {
    const [, after] = layouts({ tags: first }, { tags: ["aa/m", "aa/n", ...first] });
    expect(after).toEqual([...before, "aa/m aa/n, 2"]);
  });
  it("gives a card of full width a row where no other has to move", () => {
    const full: Room = { ...room, wide: new Set(["b/a"]) };
    const tags = ["b/m", "b/n", "b/o", "b/p", "c/m", "c/n", "c/o"];
    const [, after] = layouts({ tags, room: full }, { tags: [...tags, "b/a", "b/z"], room: full });
    expect(after).toEqual(["b/m b/n b/o b/p b/z, 3", "c/m c/n c/o, 3", "b/a, 3, later"]);
  });
  it("keeps the places of tags that are gone for their return", () => {
    const [, gone, back] = layouts({ tags: first }, { tags: first.slice(1) }, { tags: first });
    expect(gone).toEqual(before.slice(1));
    expect(back).toEqual(before);
  });
  it("places everything anew for what the reader does, and while nobody looks", () => {
    const tags = ["a/a", ...first];
    const anew = layouts({ tags })[0];
    expect(anew).not.toEqual(layouts({ tags: first }, { tags })[1]);
    expect(layouts({ tags: first }, { tags, order: ["other"] })[1]).toEqual(anew);
    expect(layouts({ tags: first, order: null }, { tags, order: null })[1]).toEqual(anew);
    const wider = { ...room, width: 401 };
    expect(layouts({ tags: first }, { tags, room: wider })[1]).toEqual(layouts({ tags, room: wider })[0]);
  });
  it("lets a chart stay whose folder has become a section of its own", () => {
    const tags = ["net/a/x", "net/b/x", "net/m", "z/m"];
    const [, after] = layouts({ tags }, { tags: [...tags, "net/a/y"] });
    expect(after).toEqual(["net/a/x net/b/x net/m, 3", "z/m, 1", "net/a/y, 1"]);
  });
  it("keeps the heading of a group that holds nothing", () => {
    const arrangement = new Arrangement();
    const empty: Section = { name: "group:x/", cards: [] };
    const [card] = sectionsOf(["a/m"]);
    const names = (sections: Section[]) =>
      arrangement.arrange(sections, room, order).blocks.map(({ section }) => section.name);
    expect(names([empty, card!])).toEqual(["group:x/", "a"]);
    expect(names([card!])).toEqual(["a"]);
  });
});
