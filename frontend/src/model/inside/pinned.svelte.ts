// One histogram as it was stored, which the reader has pinned.
import { getHistograms } from "../../api/client";
import { explain } from "../../api/failure";
import type { HistogramColumns } from "../../api/histograms";

export class PinnedSeries {
  /** null until it is there; without columns where the run has none at the step or before. */
  answer = $state.raw<HistogramColumns | null>(null);
  error = $state<string | null>(null);

  constructor(
    readonly run: string,
    tag: string,
    step: number,
  ) {
    void this.fetch(tag, step);
  }

  private async fetch(tag: string, step: number): Promise<void> {
    try {
      this.answer = await histogramAt(this.run, tag, step);
    } catch (error) {
      this.error = explain(error);
    }
  }
}

/** The histogram of a step, else the last one before it: another run may have been looked at in other steps. */
async function histogramAt(run: string, tag: string, step: number): Promise<HistogramColumns> {
  const own = await getHistograms(run, tag, 1, [step, step]);
  if (own.step.length > 0) return own;
  // All before in one column, which says where it ends.
  const before = await getHistograms(run, tag, 1, [null, step]);
  if (before.step.length === 0 || before.merged[0] === 1) return before;
  const last = before.lastStep[0]!;
  return getHistograms(run, tag, 1, [last, last]);
}
