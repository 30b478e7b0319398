// What the reader types of a run's name and note. It is kept until the server has it, so that nothing typed is lost.
import { explain } from "../../api/failure";
import type { NotesChange, RunNotes } from "../../api/types";
import { Coalescer } from "../coalesce";

export type Field = "name" | "note";
type Put = (change: NotesChange) => Promise<unknown>;

/** Where a draft stands: as the server has it, not saved yet, on its way, or refused. */
export type DraftState = "clean" | "edited" | "saving" | "saved" | "failed";

interface Edit {
  text: string;
  /** What the server had when the reader began. */
  before: string;
}

export class NoteDraft {
  state = $state<DraftState>("clean");
  error = $state<string | null>(null);
  private edits = $state.raw<Partial<Record<Field, Edit>>>({});
  private readonly saves = new Coalescer(() => this.send());

  constructor(private readonly put: Put) {}

  /** What stands in the field: what was typed, or else what the server has. */
  text(field: Field, notes: RunNotes | null): string {
    return this.edits[field]?.text ?? notes?.[field] ?? "";
  }

  /** Whether somebody else has changed meanwhile what the reader is changing. */
  isContested(field: Field, notes: RunNotes | null): boolean {
    const edit = this.edits[field];
    const there = notes?.[field] ?? "";
    return edit !== undefined && this.state !== "saving" && there !== edit.before && there !== edit.text;
  }

  type(field: Field, text: string, notes: RunNotes | null): void {
    const before = this.edits[field]?.before ?? notes?.[field] ?? "";
    const { [field]: old, ...others } = this.edits;
    void old;
    // What is on its way may make another text of `before`.
    const isEdit = text !== before || this.state === "saving";
    this.edits = isEdit ? { ...others, [field]: { text, before } } : others;
    if (this.state === "saving") return;
    this.error = null;
    this.state = Object.keys(this.edits).length > 0 ? "edited" : "clean";
  }

  /** Saves what was typed; what is typed meanwhile is saved afterwards. */
  save(): void {
    this.saves.request();
  }

  private async send(): Promise<void> {
    const sent = this.edits;
    if (Object.keys(sent).length === 0) return;
    const change: NotesChange = {};
    for (const field of ["name", "note"] as const) {
      const edit = sent[field];
      if (edit) change[field] = edit.text.trim();
    }
    this.state = "saving";
    this.error = null;
    try {
      await this.put(change);
      this.forget(sent);
      this.state = Object.keys(this.edits).length > 0 ? "edited" : "saved";
    } catch (error) {
      this.error = explain(error);
      this.state = "failed";
    }
  }

  /** What has been typed since goes on to be the reader's, on top of what was saved. */
  private forget(sent: Partial<Record<Field, Edit>>): void {
    const left: Partial<Record<Field, Edit>> = {};
    for (const field of ["name", "note"] as const) {
      const edit = this.edits[field];
      const saved = sent[field];
      const before = saved?.text.trim() ?? edit?.before ?? "";
      if (edit && edit !== saved && edit.text !== before) left[field] = { ...edit, before };
    }
    this.edits = left;
  }
}
