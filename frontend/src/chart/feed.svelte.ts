// One chart's data: asks for it, at most one question at a time, and keeps the last answer until the next is there.
import { getColumns, ServerError } from "../api/client";
import type { Columns } from "../api/columns";
import type { ColumnsQuery } from "../api/types";
import { Coalescer } from "../model/coalesce";

/** A server that is busy sending is asked again after this long, in milliseconds. */
const busyPause = 2000;

export interface Answer {
  query: ColumnsQuery;
  columns: Columns;
}

export class Feed {
  answer = $state.raw<Answer | null>(null);
  error = $state<string | null>(null);
  private query: ColumnsQuery | null = null;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly fetching = new Coalescer(() => this.fetch());

  /** Asks a new question; answers to older ones may still pass by on the way. */
  ask(query: ColumnsQuery): void {
    this.query = query;
    this.fetching.request();
  }

  /** Asks the same question again: its runs have grown. */
  refresh(): void {
    if (this.query) this.fetching.request();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.fetching.stop();
  }

  private async fetch(): Promise<void> {
    const query = this.query;
    if (!query) return;
    clearTimeout(this.retry);
    try {
      const columns = await getColumns(query);
      if (this.stopped) return;
      this.answer = { query, columns };
      this.error = null;
    } catch (error) {
      if (error instanceof ServerError && error.status === 503 && !this.stopped)
        this.retry = setTimeout(() => this.refresh(), busyPause);
      // A server that is away is told in the header; the chart keeps what it shows.
      this.error = error instanceof TypeError ? null : error instanceof Error ? error.message : String(error);
    }
  }
}
