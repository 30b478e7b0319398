// The front of one run: how it is doing, asked for anew whenever the run has changed.
import { askFor, askToStop, getFront } from "../../api/client";
import { explain } from "../../api/failure";
import type { AskedOf, Front, Verb } from "../../api/types";
import { Coalescer } from "../coalesce";

/** Least milliseconds between two questions: a run that logs all the time is asked about no more often. */
const pause = 150;

/** What a reader is about to ask of a run. */
export type Asking = { verb: Verb } | { verb: "stop" };

export class FrontState {
  data = $state.raw<Front | null>(null);
  /** Why it is not known; what was known before is still shown. */
  error = $state<string | null>(null);
  /** What the reader is about to ask, and is asked whether to. */
  asking = $state.raw<Asking | null>(null);
  /** Why a request was not made. */
  refusal = $state<string | null>(null);
  /** Seconds that the server's clock is ahead of the page's. */
  private ahead = 0;
  /** Answers to requests that this page has made are told until the reader has seen them. */
  private readonly made = new Set<string>();
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

  /** The server's time, in seconds. */
  serverTime(pageTime: number): number {
    return pageTime + this.ahead;
  }

  /** The newest request that this page has made. */
  get told(): AskedOf | null {
    return this.data?.requests.find(({ id }) => this.made.has(id)) ?? null;
  }

  /** Asks the reader first. */
  propose(asking: Asking | null): void {
    this.asking = asking;
    this.refusal = null;
  }

  dismiss(): void {
    this.made.clear();
    this.refusal = null;
    this.refresh();
  }

  async askToStop(after: "batch" | "epoch"): Promise<void> {
    await this.ask(async () => void (await askToStop(this.run, after)));
  }

  async askFor(verb: Verb, name: string | null = null, value: string | null = null): Promise<void> {
    await this.ask(async () => void this.made.add((await askFor(this.run, verb, name, value)).id));
  }

  private async ask(request: () => Promise<void>): Promise<void> {
    const { asking } = this;
    this.refusal = null;
    try {
      await request();
      // The reader may have turned to another question meanwhile.
      if (this.asking === asking) this.asking = null;
    } catch (error) {
      this.refusal = explain(error);
    }
    this.refresh();
  }

  private async fetch(): Promise<void> {
    try {
      const data = await getFront(this.run);
      this.ahead = data.now - Date.now() / 1000;
      this.data = data;
      this.error = null;
    } catch (error) {
      this.error = explain(error);
    }
  }
}
