// The runs as the server lists them: taken in page by page, then only what has changed.
import type { RunNotes, Runs, RunSummary } from "../../api/types";
import { isMarkedSame, marksOf, noMarks, type RunMarks } from "./run_marks";

export class RunList {
  readonly byName = new Map<string, RunSummary>();
  /** Another array whenever a run has come or gone, and only then. */
  names: readonly string[] = [];
  /** Another object whenever one of the marks has changed, and only then. */
  marks: RunMarks = noMarks;
  /** What to ask `since`; null until all runs were listed once. */
  version: number | null = null;
  /** Which tag the values of `version` are of. */
  valueTag: string | null = null;
  private serverId: string | null = null;
  private listing: { version: number; seen: Set<string> | null } | null = null;
  private pending = false;
  private isRemarked = false;

  /** Whether an answer is a whole list, or says what has changed in this one. */
  accepts(answer: Runs): boolean {
    return answer.since === null || (answer.server_id === this.serverId && answer.since === this.version);
  }

  /** Takes in an answer's first page. */
  begin(answer: Runs): string[] {
    this.serverId = answer.server_id;
    this.valueTag = answer.value_tag;
    // What changes while later pages come is told from the first one's version on.
    this.listing = { version: answer.version, seen: answer.since === null ? new Set() : null };
    return this.take(answer);
  }

  /** Whether an answer goes on where the last page ended. */
  continues(answer: Runs): boolean {
    return (
      this.listing !== null &&
      answer.server_id === this.serverId &&
      answer.value_tag === this.valueTag &&
      (answer.since === null) === (this.listing.seen !== null)
    );
  }

  /** Takes in one page; returns the names of all runs on it. */
  take(answer: Runs): string[] {
    this.remove(answer.removed);
    for (const run of answer.runs) {
      const before = this.byName.get(run.name);
      if (!before) this.pending = true;
      if (!isMarkedSame(before?.notes, run.notes)) this.isRemarked = true;
      this.byName.set(run.name, run);
      this.listing?.seen?.add(run.name);
    }
    return answer.runs.map((run) => run.name);
  }

  /** Takes runs out that are known to be gone. */
  remove(runs: Iterable<string>): void {
    for (const name of runs) {
      const before = this.byName.get(name);
      if (!before) continue;
      this.byName.delete(name);
      this.pending = true;
      if (before.notes) this.isRemarked = true;
    }
  }

  /** Takes in what is known to be noted of a run. */
  note(name: string, notes: RunNotes): void {
    const before = this.byName.get(name);
    if (!before) return;
    if (!isMarkedSame(before.notes, notes)) this.isRemarked = true;
    this.byName.set(name, { ...before, notes });
  }

  /** The last page was taken: of a full list, what was not on it is gone. */
  end(): void {
    const { seen, version } = this.listing!;
    if (seen) this.remove([...this.byName.keys()].filter((name) => !seen.has(name)));
    this.version = version;
    this.listing = null;
  }

  /** Brings `names` and `marks` up to date. */
  settle(): void {
    if (this.isRemarked) this.marks = marksOf(this.byName.values());
    this.isRemarked = false;
    if (!this.pending) return;
    this.pending = false;
    // The server's order, so that pages only add at the end.
    this.names = [...this.byName.keys()].sort();
  }
}
