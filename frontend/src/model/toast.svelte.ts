/** A word to the reader about what was just done; it goes by itself. */
export class Toast {
  /** `count` tells the same words said again from those still there. */
  said = $state.raw<{ words: string; count: number } | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `pause`: how long it stays, in milliseconds. */
  constructor(private readonly pause = 3000) {}

  say(words: string): void {
    clearTimeout(this.timer);
    this.said = { words, count: (this.said?.count ?? 0) + 1 };
    this.timer = setTimeout(() => (this.said = null), this.pause);
  }
}
