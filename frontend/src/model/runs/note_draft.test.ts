import { describe, expect, it } from "vitest";
import type { NotesChange, RunNotes } from "../../api/types";
import { NoteDraft } from "./note_draft.svelte";

const noted = (change: Partial<RunNotes> = {}): RunNotes => ({
  name: "",
  note: "",
  starred: false,
  archived: false,
  ...change,
});

/** After everything that was only waiting for an answer. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A server that answers when it is told to. */
function served() {
  const asked: NotesChange[] = [];
  const answers: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const draft = new NoteDraft((change) => {
    asked.push(change);
    return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
  });
  return { draft, asked, answers };
}

describe("NoteDraft", () => {
  it("shows what the server has until something is typed", () => {
    const { draft } = served();
    expect(draft.text("name", noted({ name: "a" }))).toBe("a");
    expect(draft.text("note", null)).toBe("");
    draft.type("name", "b", noted({ name: "a" }));
    expect(draft.text("name", noted({ name: "c" }))).toBe("b");
    expect(draft.state).toBe("edited");
    draft.type("name", "a", noted({ name: "c" }));
    expect(draft.state).toBe("clean");
    expect(draft.text("name", noted({ name: "c" }))).toBe("c");
  });

  it("sends only what was changed, and nothing where nothing was", async () => {
    const { draft, asked, answers } = served();
    draft.save();
    await settled();
    expect(asked).toEqual([]);
    draft.type("note", "  why \n", null);
    draft.save();
    expect(draft.state).toBe("saving");
    answers[0]!.resolve();
    await settled();
    expect(asked).toEqual([{ note: "why" }]);
    expect(draft.state).toBe("saved");
    expect(draft.text("note", noted({ note: "why" }))).toBe("why");
  });

  it("keeps what was typed when saving fails, and saves it when asked again", async () => {
    const { draft, asked, answers } = served();
    draft.type("name", "b", null);
    draft.save();
    answers[0]!.reject(new Error("The disk is full."));
    await settled();
    expect([draft.state, draft.error]).toEqual(["failed", "The disk is full."]);
    expect(draft.text("name", null)).toBe("b");
    draft.save();
    answers[1]!.resolve();
    await settled();
    expect(asked).toEqual([{ name: "b" }, { name: "b" }]);
    expect([draft.state, draft.error]).toEqual(["saved", null]);
  });

  it("loses nothing that is typed while it saves", async () => {
    const { draft, asked, answers } = served();
    draft.type("note", "one", null);
    draft.save();
    draft.type("note", "one two", null);
    expect(draft.state).toBe("saving");
    draft.save();
    draft.save();
    answers[0]!.resolve();
    await settled();
    expect(draft.text("note", noted({ note: "one" }))).toBe("one two");
    answers[1]!.resolve();
    await settled();
    expect(asked).toEqual([{ note: "one" }, { note: "one two" }]);
    expect(draft.state).toBe("saved");
  });

  it("saves what was taken back while it was on its way", async () => {
    const { draft, asked, answers } = served();
    draft.type("name", "b", noted({ name: "a" }));
    draft.save();
    draft.type("name", "a", noted({ name: "a" }));
    answers[0]!.resolve();
    await settled();
    expect(draft.text("name", noted({ name: "b" }))).toBe("a");
    draft.save();
    answers[1]!.resolve();
    await settled();
    expect(asked).toEqual([{ name: "b" }, { name: "a" }]);
  });

  it("notices that somebody else has changed the same", () => {
    const { draft } = served();
    draft.type("note", "mine", noted({ note: "before" }));
    expect(draft.isContested("note", noted({ note: "before" }))).toBe(false);
    expect(draft.isContested("note", noted({ note: "theirs" }))).toBe(true);
    expect(draft.isContested("name", noted({ name: "theirs" }))).toBe(false);
    expect(draft.isContested("note", noted({ note: "mine" }))).toBe(false);
  });
});
