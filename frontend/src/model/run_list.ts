// The runs as the server lists them: taken in page by page, then only what has changed.
import type { Runs, RunSummary } from "../api/types";

export class RunList {
  readonly byName = new Map<string, RunSummary>();
  /** Another array whenever a run has come or gone, and only then. */
  names: readonly string[] = [];
  /** What to ask `since`; null until all runs were listed once. */
  version: number | null = null;
  /** Which tag the values of `version` are of. */
  valueTag: string | null = null;
  private serverId: string | null = null;
  private listing: { version: number; seen: Set<string> | null } | null = null;
  private pending = false;

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
    for (const name of answer.removed) this.pending = this.byName.delete(name) || this.pending;
    for (const run of answer.runs) {
      if (!this.byName.has(run.name)) this.pending = true;
      this.byName.set(run.name, run);
      this.listing?.seen?.add(run.name);
    }
    return answer.runs.map((run) => run.name);
  }

  /** The last page was taken: of a full list, what was not on it is gone. */
  end(): void {
    const { seen, version } = this.listing!;
    if (seen) {
      for (const name of this.byName.keys()) {
        if (seen.has(name)) continue;
        this.byName.delete(name);
        this.pending = true;
      }
    }
    this.version = version;
    this.listing = null;
  }

  /** Brings `names` up to date. */
  settle(): void {
    if (!this.pending) return;
    this.pending = false;
    // The server's order, so that pages only add at the end.
    this.names = [...this.byName.keys()].sort();
  }
}
