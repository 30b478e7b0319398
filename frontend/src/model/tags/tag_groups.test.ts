import { describe, expect, it } from "vitest";
import { addGroup, moveGroup, removeGroup, renameGroup } from "./tag_groups";

const groups = ["a", "b", "c"].map((match) => ({ name: match.toUpperCase(), match }));
const order = (list: readonly { match: string }[]) => list.map(({ match }) => match).join("");

describe("groups of tags", () => {
  it("are added once each, and only for what is an expression", () => {
    expect(addGroup(groups, "^d")).toEqual([...groups, { name: "^d", match: "^d" }]);
    for (const refused of ["a", "", "(", "a["]) expect(addGroup(groups, refused)).toBe(groups);
  });
  it("are named, called by their expression without a name, and taken away", () => {
    expect(renameGroup(groups, "b", " Losses ")[1]).toEqual({ name: "Losses", match: "b" });
    expect(renameGroup(groups, "b", "  ")[1]).toEqual({ name: "b", match: "b" });
    expect(order(removeGroup(groups, "b"))).toBe("ac");
  });
  it("move as far as there are places", () => {
    expect(order(moveGroup(groups, "a", 1))).toBe("bac");
    expect(order(moveGroup(groups, "c", -2))).toBe("cab");
    expect(order(moveGroup(groups, "c", 1))).toBe("abc");
    expect(order(moveGroup(groups, "x", 1))).toBe("abc");
  });
});
