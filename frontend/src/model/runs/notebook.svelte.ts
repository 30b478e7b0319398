// What the reader notes of runs: names, notes, stars, what is put aside. Kept by the server, in the run's directory.
import { putNotes } from "../../api/client";
import { explain } from "../../api/failure";
import type { NotesChange } from "../../api/types";
import type { Catalog } from "./catalog.svelte";
import { NoteDraft } from "./note_draft.svelte";

export const readOnly = "This server is read-only: start kymo without --read-only to change anything.";

export class Notebook {
  /** Why a change that was made in the list was not made. */
  failure = $state<string | null>(null);
  private flips = Promise.resolve();
  private readonly drafts = new Map<string, NoteDraft>();

  constructor(private readonly catalog: Catalog) {}

  draftOf(run: string): NoteDraft {
    let draft = this.drafts.get(run);
    if (!draft) this.drafts.set(run, (draft = new NoteDraft((change) => this.change(run, change))));
    return draft;
  }

  star(run: string): Promise<void> {
    return this.flip(run, "starred");
  }

  archive(run: string): Promise<void> {
    return this.flip(run, "archived");
  }

  /** One after the other, so that a second press undoes the first, however fast it comes. */
  private flip(run: string, mark: "starred" | "archived"): Promise<void> {
    this.flips = this.flips.then(() => this.flipNow(run, mark));
    return this.flips;
  }

  private async flipNow(run: string, mark: "starred" | "archived"): Promise<void> {
    const on = this.catalog.run(run)?.notes?.[mark] ?? false;
    this.failure = null;
    try {
      await this.change(run, { [mark]: !on });
    } catch (error) {
      this.failure = explain(error);
    }
  }

  private async change(run: string, change: NotesChange): Promise<void> {
    if (this.catalog.info?.read_only) throw new Error(readOnly);
    this.catalog.takeNotes(run, await putNotes(run, change));
  }
}
