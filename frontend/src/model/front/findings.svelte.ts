// What holds a run back, asked for anew as the run grows, every few seconds at most.
import { getFindings } from "../../api/client";
import { explain } from "../../api/failure";
import type { Findings, Severity } from "../../api/types";
import { Coalescer } from "../coalesce";

/** Least milliseconds between two questions. */
const pause = 3000;

export const severityWords: Record<Severity, string> = {
  good: "Good",
  notice: "Notice",
  warning: "Warning",
  critical: "Critical",
};

export class FindingsState {
  data = $state.raw<Findings | null>(null);
  /** Why they are not known; what was known before is still shown. */
  error = $state<string | null>(null);
  private readonly fetching = new Coalescer(() => this.fetch(), pause);

  /** `isHeld`: nothing on the page is to change by itself. */
  constructor(
    readonly run: string,
    private readonly isHeld: () => boolean,
  ) {
    this.fetching.request();
  }

  /** The server has answered, or could not. */
  get isSettled(): boolean {
    return this.data !== null || this.error !== null;
  }

  refresh(): void {
    this.fetching.request();
  }

  stop(): void {
    this.fetching.stop();
  }

  private async fetch(): Promise<void> {
    try {
      this.data = await getFindings(this.run);
      this.error = null;
      // The run has grown since it was looked through, and may grow no more.
      if (!this.data.current && !this.isHeld()) this.fetching.request();
    } catch (error) {
      this.error = explain(error);
    }
  }
}
