// Runs on their way into the trash: asked about first, then moved a part at a time.
import { trashRuns } from "../../api/client";
import { explain } from "../../api/failure";
import type { Trashed } from "../../api/types";
import type { Catalog } from "./catalog.svelte";
import { readOnly } from "./notebook.svelte";

/** So many in one request: a server moves them one after the other. */
const portion = 500;

export interface Condemned {
  /** Why these, as a part of a sentence: "that pass the filter"; "" for runs that were named. */
  which: string;
  runs: readonly string[];
}

type Refused = Trashed["refused"];

export class Trash {
  /** The runs that the reader is asked about. */
  condemned = $state.raw<Condemned | null>(null);
  /** How many have been moved. */
  moved = $state(0);
  busy = $state(false);
  refused = $state.raw<Refused>([]);
  error = $state<string | null>(null);

  /** `refuse`: says where the reader looks why nothing is asked. */
  constructor(
    private readonly catalog: Catalog,
    private readonly refuse: (reason: string) => void,
  ) {}

  ask(runs: readonly string[], which = ""): void {
    if (this.busy || runs.length === 0) return;
    if (this.catalog.info?.read_only) {
      this.refuse(readOnly);
      return;
    }
    this.moved = 0;
    this.refused = [];
    this.error = null;
    this.condemned = { runs, which };
  }

  /** The reader has seen enough. What is on its way goes on, and tells a failure elsewhere. */
  drop(): void {
    this.condemned = null;
  }

  /** Moves the runs that were asked about. Those that stay are told with the server's reason. */
  async move(): Promise<void> {
    const { runs, which } = this.condemned!;
    let left = runs;
    this.busy = true;
    this.error = null;
    try {
      while (left.length > 0) {
        const { trashed, refused } = await trashRuns(left.slice(0, portion));
        left = left.slice(portion);
        this.moved += trashed.length;
        this.refused = [...this.refused, ...refused];
        this.catalog.takeOut(trashed);
        if (this.condemned) this.condemned = { runs: left, which };
      }
      if (this.refused.length === 0) this.condemned = null;
      else if (!this.condemned) this.refuse(`${this.refused[0]!.run} stays. ${this.refused[0]!.reason}`);
    } catch (error) {
      this.error = explain(error);
      if (!this.condemned) this.refuse(this.error);
    } finally {
      this.busy = false;
    }
  }
}
