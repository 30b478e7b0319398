// What the server knows: runs, tags, and how far loading is. Fetches them again when they change.
import * as client from "../api/client";
import type { Info, Loading, RunSummary, Tag } from "../api/types";
import { Coalescer } from "./coalesce";

/** Least time between two fetches of the lists while only points are added, in milliseconds. */
const listPause = 250;
const loadingPause = 200;
const errorPause = 3000;

/** Told before a new answer is shown, so that nothing is drawn without its colour and its place in the selection. */
export interface CatalogListener {
  info(info: Info): void;
  runs(runs: readonly RunSummary[], loading: boolean): void;
  /** The tag whose newest value the list shall show; null: whichever says most. */
  valueTag(): string | null;
}

interface TagList {
  runs: string[];
  tags: Tag[];
}

export class Catalog {
  info = $state.raw<Info | null>(null);
  runs = $state.raw<RunSummary[]>([]);
  tags = $state.raw<TagList>({ runs: [], tags: [] });
  loading = $state.raw<Loading | null>(null);
  /** The tag of the values in the list that is shown. */
  valueTag = $state<string | null>(null);
  /** Lists have arrived at least once. */
  ready = $state(false);
  error = $state<string | null>(null);

  readonly byName = $derived(new Map(this.runs.map((run) => [run.name, run])));
  readonly warningCount = $derived(this.runs.reduce((sum, run) => sum + run.warnings, 0));

  private tagsKey = "";
  private readonly lists = new Coalescer(() => this.fetchLists(), listPause);
  private poll: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: CatalogListener) {}

  refresh(): void {
    this.lists.request();
  }

  private async fetchLists(): Promise<void> {
    try {
      const first = !this.ready;
      const asked = this.listener.valueTag();
      const [info, answer, firstTags] = await Promise.all([
        this.info ?? client.getInfo(),
        client.getRuns(asked),
        first ? client.getTags() : null,
      ]);
      if (!this.info) {
        this.listener.info(info);
        this.info = info;
      }
      const key = answer.runs.map((run) => `${run.name}\n${run.tags}`).join("\n");
      const tags = firstTags ?? (key === this.tagsKey ? null : await client.getTags());
      this.tagsKey = key;
      if (tags) this.tags = tags;
      this.listener.runs(answer.runs, answer.loading !== null);
      this.runs = answer.runs;
      this.valueTag = answer.value_tag;
      this.loading = answer.loading;
      this.error = null;
      this.ready = true;
      // The view, which the server's name for itself has brought, may ask for another tag.
      if (asked !== this.listener.valueTag()) this.refresh();
      // While files are still being read the lists grow without a message for each step.
      clearTimeout(this.poll);
      if (answer.loading) this.poll = setTimeout(() => this.refresh(), loadingPause);
    } catch (error) {
      this.error = explain(error);
      clearTimeout(this.poll);
      this.poll = setTimeout(() => this.refresh(), errorPause);
    }
  }
}

function explain(error: unknown): string {
  if (error instanceof client.ServerError) return error.message;
  if (error instanceof TypeError) return "The server does not answer: is kymo serve still running?";
  return error instanceof Error ? error.message : String(error);
}
