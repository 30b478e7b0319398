// The steps that several cards share: the one that is pointed at, the one that is pinned, and the part that is looked at.
import type { Dashboard } from "../dashboard.svelte";
import type { PinnedHistogram } from "../view/histogram_view";

export class StepView {
  private readonly key: string;

  constructor(
    private readonly dashboard: Dashboard,
    run: string,
  ) {
    this.key = `histograms/${run}`;
  }

  /** Charts by step have the same. */
  get cursor(): number | null {
    return this.dashboard.view.current.x === "step" ? this.dashboard.cursor.x : this.own;
  }

  private own = $state<number | null>(null);

  point(step: number | null): void {
    this.own = step;
    if (this.dashboard.view.current.x === "step") this.dashboard.cursor.x = step;
  }

  get pinned(): number | null {
    return this.dashboard.view.current.histograms.pinned?.step ?? null;
  }

  pin(pinned: PinnedHistogram | null): void {
    this.dashboard.view.set({ histograms: { ...this.dashboard.view.current.histograms, pinned } });
  }

  get zoom(): readonly [number, number] | null {
    const x = this.dashboard.view.zoomOf(this.key)?.x;
    return x && x[0] !== null && x[1] !== null ? [x[0], x[1]] : null;
  }

  zoomTo(range: readonly [number, number] | null): void {
    const whole = range && ([Math.floor(range[0]), Math.ceil(range[1])] as [number, number]);
    if (whole && !(whole[0] < whole[1])) return;
    this.dashboard.view.zoom(this.key, whole ? { x: whole, y: null } : null);
  }
}
