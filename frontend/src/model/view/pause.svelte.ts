// The gate that everything the server says by itself goes through: the reader may close it for a while.
import type { LiveMessage } from "../../api/types";

type Greeting = Extract<LiveMessage, { type: "hello" }>;
type Change = Extract<LiveMessage, { type: "changed" }>;

/** While closed, what comes is kept as if it had come at once: however long that lasts, it takes no more room. */
export class Pause {
  on = $state(false);
  /** How many runs have changed meanwhile; what may be anything counts as one. */
  waiting = $state(0);
  private greeting: Greeting | null = null;
  private readonly runs = new Set<string>();
  private anything: Change | null = null;
  private version = 0;

  constructor(private readonly deliver: (message: LiveMessage) => void) {}

  take(message: LiveMessage): void {
    if (!this.on) {
      this.deliver(message);
      return;
    }
    this.version = message.version;
    if (message.type === "hello") this.greeting = message;
    else if (message.runs === null) this.anything = message;
    else for (const run of message.runs) this.runs.add(run);
    this.waiting = this.runs.size + Number(this.anything !== null);
  }

  set(on: boolean): void {
    this.on = on;
    if (on) return;
    const { greeting, anything, version } = this;
    const runs = [...this.runs];
    this.greeting = this.anything = null;
    this.runs.clear();
    this.waiting = 0;
    if (greeting) this.deliver(greeting);
    if (anything) this.deliver({ ...anything, version });
    else if (runs.length > 0) this.deliver({ type: "changed", version, runs });
  }
}
