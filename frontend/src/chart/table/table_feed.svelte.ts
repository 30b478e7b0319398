// The data of one chart's table: statistics and the points at the marks, at a rate that can be read.
import { getColumns, getStatistics } from "../../api/client";
import { isTransient } from "../../api/failure";
import { Coalescer } from "../../model/coalesce";
import type { TableAnswer } from "./data_table";
import type { TableQuestion } from "./table_question";

/** Least time between two looks, in milliseconds: numbers that change faster cannot be read. */
const pause = 1000;
const retryPause = 3000;

export class TableFeed {
  answer = $state.raw<(TableAnswer & { question: TableQuestion }) | null>(null);
  error = $state<string | null>(null);
  private question: TableQuestion | null = null;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private fetching = this.makeCoalescer();

  /** What another question asks is answered at once. */
  ask(question: TableQuestion): void {
    this.question = question;
    this.fetching.stop();
    this.fetching = this.makeCoalescer();
    this.fetching.request();
  }

  /** Asks the same again: the runs have grown. */
  refresh(): void {
    if (this.question) this.fetching.request();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.fetching.stop();
  }

  private makeCoalescer(): Coalescer {
    return new Coalescer(() => this.fetch(), pause);
  }

  private async fetch(): Promise<void> {
    const { question } = this;
    if (!question) return;
    clearTimeout(this.retry);
    try {
      const [statistics, ...at] = await Promise.all([
        Promise.all(question.statistics.map(getStatistics)),
        ...question.at.map((queries) => Promise.all(queries.map((query) => getColumns(query)))),
      ]);
      if (this.stopped || question !== this.question) return;
      this.answer = { question, tags: question.tags, statistics, at };
      this.error = null;
    } catch (error) {
      if (this.stopped || question !== this.question) return;
      if (isTransient(error)) this.retry = setTimeout(() => this.refresh(), retryPause);
      else this.error = error instanceof Error ? error.message : String(error);
    }
  }
}
