// One time over several charts: its cursor, and the part of it that is looked at.
import type { ViewState } from "../view/view_state.svelte";

export class TimeView {
  /** In seconds since the run's first event. */
  cursor = $state<number | null>(null);

  constructor(
    private readonly view: ViewState,
    run: string,
  ) {
    this.key = `time/${run}`;
  }

  private readonly key: string;

  get zoom(): readonly [number, number] | null {
    const x = this.view.zoomOf(this.key)?.x;
    return x && x[0] !== null && x[1] !== null ? [x[0], x[1]] : null;
  }

  zoomTo(range: readonly [number, number] | null): void {
    const digits = range === null ? 0 : Math.max(0, 3 - Math.floor(Math.log10(range[1] - range[0])));
    const rounded = range?.map((end) => Number(end.toFixed(Math.min(6, digits)))) as
      [number, number] | undefined;
    if (rounded && !(rounded[0] < rounded[1])) return;
    this.view.zoom(this.key, rounded ? { x: rounded, y: null } : null);
  }
}
