// One chart's data: asks for it, once at a time, and keeps the last answer until the next is there.
import type { Bands } from "../../api/bands";
import { getBands, getColumns } from "../../api/client";
import type { Columns } from "../../api/columns";
import { isTransient } from "../../api/failure";
import type { ColumnsQuery } from "../../api/types";
import { Coalescer } from "../../model/coalesce";
import { isBands, isLines, type Query } from "./question";
import { isAlike, surround } from "./surround";
import { isUnchanged } from "./unchanged";

/** A server that is busy or away is asked again after this long, in milliseconds, then after twice as long. */
const firstPause = 2000;
const longestPause = 32_000;

/** Questions about the chart's tags, and what came of lines and of bands, each in the questions' order. */
export interface Answer {
  queries: readonly Query[];
  columns: readonly Columns[];
  bands: readonly Bands[];
}

export interface DrawnAnswer extends Answer {
  /** The columns with what is known around them. */
  drawn: readonly Columns[];
}

export class Feed {
  answer = $state.raw<DrawnAnswer | null>(null);
  error = $state<string | null>(null);
  private queries: readonly Query[] = [];
  /** The last answer for all of x. */
  private whole: Answer | null = null;
  private stopped = false;
  private pause = firstPause;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly fetching = new Coalescer(() => this.fetch());

  /** Asks new questions; answers to older ones may still pass by on the way. */
  ask(queries: readonly Query[]): void {
    this.queries = queries;
    this.fetching.request();
  }

  /** Asks the same again: the runs have grown. */
  refresh(): void {
    if (this.queries.length > 0) this.fetching.request();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.fetching.stop();
  }

  private async fetch(): Promise<void> {
    const { queries } = this;
    clearTimeout(this.retry);
    try {
      const [columns, bands] = await Promise.all([
        Promise.all(queries.filter(isLines).map((query) => getColumns(query, this.pointsOf(query)))),
        Promise.all(queries.filter(isBands).map(getBands)),
      ]);
      if (this.stopped) return;
      if (!this.isTold({ queries, columns, bands }))
        this.answer = this.surrounded({ queries, columns, bands });
      this.error = null;
      this.pause = firstPause;
    } catch (error) {
      if (this.stopped) return;
      const isPassing = isTransient(error);
      if (isPassing) this.askLater();
      // A server that is away is told in the header; the chart keeps what it shows.
      const isQuiet = error instanceof TypeError || (isPassing && this.answer !== null);
      this.error = isQuiet ? null : error instanceof Error ? error.message : String(error);
    }
  }

  /** How many points a question was about when it was last answered. */
  private pointsOf({ tag }: ColumnsQuery): number | undefined {
    const known = this.answer?.columns.find((part) => part.tag === tag);
    return known?.series.reduce((sum, { points }) => sum + points, 0);
  }

  private isTold({ queries, columns, bands }: Answer): boolean {
    if (this.answer?.queries !== queries || bands.length > 0) return false;
    return isUnchanged(columns, this.answer.columns);
  }

  private surrounded(answer: Answer): DrawnAnswer {
    if (answer.queries.every(({ range }) => range === null)) this.whole = answer;
    const asked = answer.queries.filter(isLines);
    const known = this.whole?.queries.filter(isLines) ?? [];
    const drawn = answer.columns.map((part, i) => {
      const query = asked[i]!;
      const alike = known.findIndex((other) => isAlike(query, other));
      return query.range && alike >= 0 ? surround(part, query.range, this.whole!.columns[alike]!) : part;
    });
    return { ...answer, drawn };
  }

  /** Not all charts at the same moment, or they would find the server busy again. */
  private askLater(): void {
    this.retry = setTimeout(() => this.refresh(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(2 * this.pause, longestPause);
  }
}
