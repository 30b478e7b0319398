// The tags of the runs that are drawn, and which of the runs have them.
import { getTags } from "../api/client";
import type { Tag } from "../api/types";
import { Coalescer } from "./coalesce";

const errorPause = 3000;

export class TagList {
  tags = $state.raw<readonly Tag[]>([]);
  error = $state<string | null>(null);
  /** An answer has come for the runs that were last asked about. */
  current = $state(false);
  /** The places of the runs that `tags` says something about. */
  private places = $state.raw<ReadonlyMap<string, number>>(new Map());
  private wanted: readonly string[] = [];
  private key = "";
  private poll: ReturnType<typeof setTimeout> | undefined;
  private readonly fetching = new Coalescer(() => this.fetch());

  /** `key`: asked again only when it is another. */
  want(runs: readonly string[], key: string): void {
    if (key === this.key) return;
    this.key = key;
    this.wanted = runs;
    this.current = false;
    this.fetching.request();
  }

  /** Of a run that nothing is known of yet, every tag is expected: what is drawn of the others stays meanwhile. */
  has(tag: Tag, run: string): boolean {
    const place = this.places.get(run);
    return place === undefined || tag.runs.some(([first, last]) => first <= place && place <= last);
  }

  private async fetch(): Promise<void> {
    const { wanted, key } = this;
    clearTimeout(this.poll);
    try {
      this.tags = wanted.length > 0 ? (await getTags(wanted)).tags : [];
      this.places = new Map(wanted.map((name, place) => [name, place]));
      this.error = null;
      this.current = key === this.key;
    } catch (error) {
      this.error = error instanceof TypeError ? null : error instanceof Error ? error.message : String(error);
      this.poll = setTimeout(() => this.fetching.request(), errorPause);
    }
  }
}
