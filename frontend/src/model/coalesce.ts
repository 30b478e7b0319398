// Runs a task at most once at a time; asked again meanwhile, it runs once more afterwards. The newest request wins.

export class Coalescer {
  private running = false;
  private again = false;
  private stopped = false;
  private lastStart = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `pause`: least milliseconds from one start to the next. */
  constructor(
    private readonly task: () => Promise<void>,
    private readonly pause = 0,
    private readonly now: () => number = () => performance.now(),
  ) {}

  request(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    if (this.timer !== undefined) return;
    const wait = this.lastStart + this.pause - this.now();
    if (wait <= 0) void this.run();
    else
      this.timer = setTimeout(() => {
        this.timer = undefined;
        void this.run();
      }, wait);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.running = true;
    this.again = false;
    this.lastStart = this.now();
    try {
      await this.task();
    } finally {
      this.running = false;
      if (this.again) this.request();
    }
  }
}
