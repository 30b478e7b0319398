// The lines of single runs that are shown over bands: those nearest to the pointer, and the one that the list points at.
import { untrack } from "svelte";
import { getColumns, getNearest } from "../../api/client";
import type { Columns, SeriesColumns } from "../../api/columns";
import { toNumber } from "../../api/numbers";
import type { BandsQuery } from "../../api/types";
import { Coalescer } from "../../model/coalesce";
import { mostNearest } from "../asking/plan";
import { linesOver, nearestTo, type Place } from "../asking/question";

/** Least time between two questions about the nearest lines, in milliseconds: the pointer moves faster. */
const pause = 80;

/** A pointer that stays on a row of the list for so long, in milliseconds, does not only pass over it. */
const rest = 80;

/** One question about bands, and what is known of its runs. */
interface Beam {
  query: BandsQuery;
  /** Lines that came since the bands did: the pointer comes back to many of them. */
  lines: Map<string, SeriesColumns>;
  nearest: readonly string[];
}

export class Spotlight {
  /** The lines to be shown of each question. */
  columns = $state.raw<readonly Columns[]>([]);
  private beams: readonly Beam[] = [];
  private place: Place | null = null;
  private run: string | null = null;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private readonly fetching = new Coalescer(() => this.fetch(), pause);

  /** Other bands are drawn. What is shown stays until the lines have come anew, unless it has no place there. */
  follow(queries: readonly BandsQuery[]): void {
    const isSameAxis = queries.every(({ x, x_tag }, i) => {
      const before = this.beams[i]?.query;
      return before?.x === x && before.x_tag === x_tag;
    });
    this.beams = queries.map((query) => ({ query, lines: new Map(), nearest: [] }));
    if (!isSameAxis || queries.length === 0) this.show();
    this.request();
  }

  /** null: the pointer has left. */
  pointAt(place: Place | null): void {
    const { place: before } = this;
    if (place?.x === before?.x && place?.value === before?.value && place?.log === before?.log) return;
    this.place = place;
    if (place === null) this.show();
    else this.request();
  }

  highlight(run: string | null): void {
    if (run === this.run) return;
    this.run = run;
    this.show();
    clearTimeout(this.resting);
    if (run !== null) this.resting = setTimeout(() => this.request(), rest);
  }

  stop(): void {
    clearTimeout(this.resting);
    this.fetching.stop();
  }

  private request(): void {
    if (this.beams.length > 0 && (this.place || this.run !== null)) this.fetching.request();
  }

  private async fetch(): Promise<void> {
    const { beams, place, run } = this;
    try {
      if (place) await findNearest(beams, place);
      await Promise.all(beams.map((beam) => fetchLines(beam, run)));
    } catch {
      // Lines are missing until the pointer moves on; what is wrong is told by the chart's own questions.
    }
    if (beams === this.beams) this.show();
  }

  private show(): void {
    const { place, run } = this;
    const shown = this.beams.map(({ query: { tag, x }, lines, nearest }) => {
      const names = new Set([...(place ? nearest : []), ...(run === null ? [] : [run])]);
      return { version: 0, tag, x, series: [...names].flatMap((name) => lines.get(name) ?? []) };
    });
    const isEmpty = (columns: readonly Columns[]) => columns.every(({ series }) => series.length === 0);
    // Whoever points at something does not follow what is shown.
    if (!isEmpty(shown) || !isEmpty(untrack(() => this.columns))) this.columns = shown;
  }
}

/** The nearest of all questions together. */
async function findNearest(beams: readonly Beam[], place: Place): Promise<void> {
  const bend = place.log ? Math.log : (value: number) => value;
  const answers = await Promise.all(beams.map(({ query }) => getNearest(nearestTo(query, place))));
  const found = answers.flatMap(({ runs }, i) =>
    runs.map(({ run, value }) => ({
      run,
      beam: beams[i],
      away: Math.abs(bend(toNumber(value)) - bend(place.value)),
    })),
  );
  const nearest = found.sort((a, b) => a.away - b.away).slice(0, mostNearest);
  for (const beam of beams) beam.nearest = nearest.filter((one) => one.beam === beam).map(({ run }) => run);
}

async function fetchLines({ query, lines, nearest }: Beam, run: string | null): Promise<void> {
  const isHeld = run !== null && query.groups.some(({ runs }) => runs.includes(run));
  const missing = [...new Set([...nearest, ...(isHeld ? [run] : [])])].filter((name) => !lines.has(name));
  if (missing.length === 0) return;
  const { series } = await getColumns(linesOver(query, missing));
  for (const one of series) lines.set(one.run, one);
}
