// The histograms of one run: which there are, and those of a tag, asked for anew as the run grows.
import { getHistograms, getTags } from "../../api/client";
import { explain } from "../../api/failure";
import type { HistogramColumns } from "../../api/histograms";
import { Coalescer } from "../coalesce";

/** Least milliseconds between two questions. */
const pause = 1000;
const columns = 400;

/** The tags of a run that have histograms. */
export class HistogramTags {
  tags = $state.raw<readonly string[] | null>(null);
  error = $state<string | null>(null);
  private readonly fetching = new Coalescer(() => this.fetch(), pause);

  constructor(readonly run: string) {
    this.fetching.request();
  }

  refresh(): void {
    this.fetching.request();
  }

  stop(): void {
    this.fetching.stop();
  }

  private async fetch(): Promise<void> {
    try {
      const { tags } = await getTags([this.run]);
      const found = tags.filter(({ kind }) => kind === "histogram").map(({ tag }) => tag);
      if (found.join("\n") !== this.tags?.join("\n")) this.tags = found;
      this.error = null;
    } catch (error) {
      this.error = explain(error);
    }
  }
}

/** The histograms of one tag, in a range of steps. */
export class HistogramSeries {
  answer = $state.raw<HistogramColumns | null>(null);
  error = $state<string | null>(null);
  private range: readonly [number | null, number | null] = [null, null];
  private isSeen = false;
  private isLate = false;
  private readonly fetching = new Coalescer(() => this.fetch(), pause);

  constructor(
    readonly run: string,
    readonly tag: string,
  ) {}

  /** What is out of sight is not asked for. */
  see(isSeen: boolean): void {
    this.isSeen = isSeen;
    if (isSeen && (this.answer === null || this.isLate)) this.fetching.request();
  }

  look(range: readonly [number | null, number | null]): void {
    if (range[0] === this.range[0] && range[1] === this.range[1]) return;
    this.range = range;
    this.refresh();
  }

  refresh(): void {
    this.isLate = !this.isSeen;
    if (this.isSeen) this.fetching.request();
  }

  stop(): void {
    this.fetching.stop();
  }

  private async fetch(): Promise<void> {
    this.isLate = false;
    try {
      this.answer = await getHistograms(this.run, this.tag, columns, this.range);
      this.error = null;
    } catch (error) {
      this.error = explain(error);
    }
  }
}
