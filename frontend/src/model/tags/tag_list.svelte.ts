// The tags of the runs that are drawn, and which of the runs have them.
import { getTags } from "../../api/client";
import { isTransient } from "../../api/failure";
import type { Tag } from "../../api/types";
import { Coalescer } from "../coalesce";

const errorPause = 3000;

export class TagList {
  tags = $state.raw<readonly Tag[]>([]);
  error = $state<string | null>(null);
  /** An answer has come for the runs that were last asked about. */
  current = $state(false);
  /** Why the runs that `tags` is about are those: another object where the reader has chosen others. */
  cause = $state.raw<object | null>(null);
  /** The places of the runs that `tags` says something about. */
  private places = $state.raw<ReadonlyMap<string, number>>(new Map());
  private wanted: readonly string[] = [];
  private key: string | null = null;
  private wantedFor: object | null = null;
  private poll: ReturnType<typeof setTimeout> | undefined;
  private readonly fetching = new Coalescer(() => this.fetch());

  /** `key`: asked again only when it is another. */
  want(runs: readonly string[], key: string, cause: object): void {
    this.wantedFor = cause;
    if (key === this.key) {
      if (this.current) this.cause = cause;
      return;
    }
    this.key = key;
    this.wanted = runs;
    this.current = false;
    this.fetching.request();
  }

  /** Asks the same again: any of the runs may be another than it was. */
  refresh(): void {
    if (this.wanted.length > 0) this.fetching.request();
  }

  /** Of a run that nothing is known of yet, every tag is expected: what is drawn of the others stays meanwhile. */
  has(tag: Tag, run: string): boolean {
    const place = this.places.get(run);
    return place === undefined || tag.runs.some(([first, last]) => first <= place && place <= last);
  }

  private async fetch(): Promise<void> {
    const { wanted, key, wantedFor } = this;
    clearTimeout(this.poll);
    try {
      this.tags = wanted.length > 0 ? (await getTags(wanted)).tags : [];
      this.places = new Map(wanted.map((name, place) => [name, place]));
      this.error = null;
      this.cause = wantedFor;
      this.current = key === this.key;
    } catch (error) {
      this.error = error instanceof TypeError ? null : error instanceof Error ? error.message : String(error);
      if (isTransient(error)) this.poll = setTimeout(() => this.fetching.request(), errorPause);
    }
  }
}
