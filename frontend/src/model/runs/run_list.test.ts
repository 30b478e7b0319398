import { describe, expect, it } from "vitest";
import type { RunNotes, Runs, RunSummary } from "../../api/types";
import { RunList } from "./run_list";

const run = (name: string, points = 1): RunSummary => ({
  name,
  status: "idle",
  started: 0,
  last_event: null,
  tags: 1,
  points,
  warnings: 0,
  newest: null,
  value: null,
  notes: null,
  front: false,
});

const noted = (name: string, notes: Partial<RunNotes>): RunSummary => ({
  ...run(name),
  notes: { name: "", note: "", starred: false, archived: false, ...notes },
});

const answer = (runs: RunSummary[], more: Partial<Runs> = {}): Runs => ({
  server_id: "one",
  version: 1,
  since: null,
  value_tag: "loss",
  loading: null,
  total: runs.length,
  warnings: 0,
  latest: [],
  runs,
  removed: [],
  next: null,
  ...more,
});

function listed(...names: string[]): RunList {
  const list = new RunList();
  list.begin(answer(names.map((name) => run(name))));
  list.end();
  list.settle();
  return list;
}

describe("RunList", () => {
  it("grows page by page", () => {
    const list = new RunList();
    list.begin(answer([run("a"), run("b")], { version: 5, next: "b" }));
    list.settle();
    expect(list.names).toEqual(["a", "b"]);
    expect(list.version).toBe(null);
    const second = answer([run("c")], { version: 6 });
    expect(list.continues(second)).toBe(true);
    list.take(second);
    list.end();
    list.settle();
    expect(list.names).toEqual(["a", "b", "c"]);
    // What changed between the pages is asked for again.
    expect(list.version).toBe(5);
  });

  it("takes in what has changed and leaves the rest, its names included", () => {
    const list = listed("a", "b", "c");
    const { names } = list;
    const b = list.byName.get("b");
    list.begin(answer([run("a", 7)], { since: 1, version: 2 }));
    list.end();
    list.settle();
    expect(list.byName.get("a")?.points).toBe(7);
    expect(list.byName.get("b")).toBe(b);
    expect(list.names).toBe(names);
    list.begin(answer([run("aa")], { since: 2, version: 3, removed: ["c", "never seen"] }));
    list.end();
    list.settle();
    expect(list.names).toEqual(["a", "aa", "b"]);
    expect(list.version).toBe(3);
  });

  it("drops what a whole list no longer has, and only once it has come whole", () => {
    const list = listed("a", "b", "c");
    list.begin(answer([run("a")], { version: 9, next: "a" }));
    list.settle();
    expect(list.names).toEqual(["a", "b", "c"]);
    list.take(answer([run("c")], { version: 9 }));
    list.end();
    list.settle();
    expect(list.names).toEqual(["a", "c"]);
  });

  it("has other marks only where a mark has changed", () => {
    const list = listed("a", "b", "c");
    const none = list.marks;
    list.begin(answer([noted("b", { starred: true, name: "best" })], { since: 1, version: 2 }));
    list.end();
    list.settle();
    const { marks } = list;
    expect(marks).not.toBe(none);
    expect([...marks.starred]).toEqual(["b"]);
    list.begin(answer([noted("b", { starred: true, name: "best", note: "why" })], { since: 2, version: 3 }));
    list.end();
    list.settle();
    expect(list.marks).toBe(marks);
    expect(list.byName.get("b")?.notes?.note).toBe("why");
    list.begin(answer([], { since: 3, version: 4, removed: ["b"] }));
    list.end();
    list.settle();
    expect([...list.marks.names]).toEqual([]);
  });

  it("takes in what the reader has done before the server tells it", () => {
    const list = listed("a", "b", "c");
    list.note("a", { name: "", note: "", starred: false, archived: true });
    list.note("never listed", { name: "x", note: "", starred: true, archived: false });
    list.remove(["b", "never listed"]);
    list.settle();
    expect(list.names).toEqual(["a", "c"]);
    expect([...list.marks.archived]).toEqual(["a"]);
    expect(list.marks.starred.size).toBe(0);
  });

  it("takes no difference from another server or from another version", () => {
    const list = listed("a");
    expect(list.accepts(answer([], { since: 1 }))).toBe(true);
    expect(list.accepts(answer([], { since: 1, server_id: "two" }))).toBe(false);
    expect(list.accepts(answer([], { since: 0 }))).toBe(false);
    expect(list.accepts(answer([], { server_id: "two" }))).toBe(true);
  });

  it("notices a page that belongs to another list", () => {
    const list = listed("a");
    list.begin(answer([run("a")], { next: "a" }));
    expect(list.continues(answer([run("b")]))).toBe(true);
    expect(list.continues(answer([run("b")], { server_id: "two" }))).toBe(false);
    expect(list.continues(answer([run("b")], { value_tag: "accuracy" }))).toBe(false);
    expect(list.continues(answer([run("b")], { since: 1 }))).toBe(false);
  });
});
