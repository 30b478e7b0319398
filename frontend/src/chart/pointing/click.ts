// Tells a click from a drag, and from the beginning of a double click.

type Press = Pick<MouseEvent, "clientX" | "clientY" | "button" | "shiftKey">;

/** A press that has moved farther than this, in pixels, was a drag. */
const stillness = 3;

export interface ClickListener<Place> {
  /** A click has come; it may turn out to be half of a double one. */
  begun(place: Place): void;
  done(place: Place): void;
  undone(): void;
}

export class Clicks<Place> {
  private pressed: Press | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `pause`: how long a second click is waited for, in milliseconds. */
  constructor(
    private readonly listener: ClickListener<Place>,
    private readonly pause = 300,
  ) {}

  press(event: Press): void {
    this.pressed = event;
  }

  /** `count`: of clicks in a row, as the browser tells them. */
  click(event: Press, count: number, place: Place): void {
    const { pressed } = this;
    const away = pressed
      ? Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY)
      : Infinity;
    if (away > stillness || event.button !== 0 || event.shiftKey) return;
    clearTimeout(this.timer);
    if (count > 1) {
      this.listener.undone();
      return;
    }
    this.listener.begun(place);
    this.timer = setTimeout(() => this.listener.done(place), this.pause);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
