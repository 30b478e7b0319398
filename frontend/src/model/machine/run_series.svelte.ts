// The series that tell of one run's steps and of its machine, over the time that is looked at.
import { getTags } from "../../api/client";
import { explain } from "../../api/failure";
import type { Tag } from "../../api/types";
import { Feed } from "../../chart/asking/feed.svelte";
import type { Query } from "../../chart/asking/question";
import { Coalescer } from "../coalesce";
import { phases, phaseTag } from "./phases";
import { medianOf, noSamples, within, type Samples } from "./samples";

/** Least milliseconds between two looks at a run that grows. */
const pause = 2000;
/** Series of more GPUs than a page can show are left out. */
const mostTags = 400;

/** Phases are stacked: their shares are means over the same parts of the time. */
const meant: ReadonlySet<string> = new Set(phases.map(({ name }) => phaseTag(name)));

export class RunSeries {
  /** The run's own series that the page draws; null: not known yet. */
  tags = $state.raw<readonly Tag[] | null>(null);
  private failure = $state<string | null>(null);
  private readonly feed = new Feed();
  private asked = "";
  private place: { range: readonly [number, number] | null; pixels: number } | null = null;
  private readonly fetching = new Coalescer(() => this.fetch(), pause);
  private readonly byTag = $derived.by(() => this.gather());

  /** `isWanted`: which of the run's scalars the page draws. */
  constructor(
    readonly run: string,
    private readonly isWanted: (tag: string) => boolean,
  ) {
    this.fetching.request();
  }

  get error(): string | null {
    return this.failure ?? this.feed.error;
  }

  /** All that there is to be drawn has come. */
  get isReady(): boolean {
    return this.tags !== null && (this.tags.length === 0 || this.feed.answer !== null);
  }

  /** Looks at a part of the time, null for all of it, at so many pixels. */
  look(range: readonly [number, number] | null, pixels: number): void {
    this.place = { range, pixels };
    this.ask();
  }

  refresh(): void {
    this.fetching.request();
  }

  stop(): void {
    this.fetching.stop();
    this.feed.stop();
  }

  has(tag: string): boolean {
    return this.samples(tag).x.length > 0;
  }

  samples(tag: string): Samples {
    return this.byTag.get(tag) ?? noSamples;
  }

  descriptionOf(tag: string): string {
    return this.tags?.find((one) => one.tag === tag)?.description ?? "";
  }

  /** The median of what was sampled in a part of the time; null where nothing was. */
  median(tag: string, range: readonly [number, number]): number | null {
    return medianOf(within(this.samples(tag), range));
  }

  private async fetch(): Promise<void> {
    try {
      const { tags } = await getTags([this.run]);
      const wanted = tags
        .filter(({ tag, kind }) => kind === "scalar" && this.isWanted(tag))
        .slice(0, mostTags);
      if (wanted.map(({ tag }) => tag).join("\n") !== this.tags?.map(({ tag }) => tag).join("\n"))
        this.tags = wanted;
      this.failure = null;
      if (!this.ask()) this.feed.refresh();
    } catch (error) {
      this.failure = explain(error);
    }
  }

  /** Returns whether there was something else to ask than before. */
  private ask(): boolean {
    if (!this.place || !this.tags || this.tags.length === 0) return false;
    const queries = this.tags.map(({ tag }) => this.queryFor(tag, this.place!));
    const key = JSON.stringify(queries);
    if (key === this.asked) return false;
    this.asked = key;
    this.feed.ask(queries);
    return true;
  }

  private queryFor(tag: string, { range, pixels }: NonNullable<typeof this.place>): Query {
    const common = {
      tag,
      x: "relative" as const,
      x_tag: null,
      log_x: false,
      range: range === null ? null : ([...range] as [number, number]),
      pixels,
      smoothing: null,
      superseded: false,
    };
    return meant.has(tag)
      ? { ...common, groups: [{ name: this.run, runs: [this.run] }] }
      : { ...common, runs: [this.run] };
  }

  private gather(): Map<string, Samples> {
    const found = new Map<string, Samples>();
    for (const { tag, series } of this.feed.answer?.columns ?? [])
      if (series[0]) found.set(tag, { x: series[0].x, value: series[0].value });
    for (const { tag, groups } of this.feed.answer?.bands ?? [])
      if (groups[0]) found.set(tag, { x: groups[0].x, value: groups[0].mean });
    return found;
  }

  /** From the first sample to the last of those that were answered. */
  get answered(): readonly [number, number] | null {
    let [low, high] = [Infinity, -Infinity];
    for (const { x } of this.byTag.values()) {
      if (x.length === 0) continue;
      low = Math.min(low, x[0]!);
      high = Math.max(high, x[x.length - 1]!);
    }
    return low <= high ? [low, high > low ? high : low + 1] : null;
  }
}
