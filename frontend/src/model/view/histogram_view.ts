// How histograms are looked at, and what the address says of it.

/** Each before the other, over each other, as colours, as bands of percentiles. */
export const histogramModes = ["ridge", "overlay", "heat", "bands"] as const;
export type HistogramMode = (typeof histogramModes)[number];

/** One histogram, which is shown large. */
export interface PinnedHistogram {
  tag: string;
  step: number;
}

export interface HistogramView {
  mode: HistogramMode;
  /** A regular expression that tags are found by. */
  filter: string;
  /** Whether counts are drawn by their logarithm. */
  isLog: boolean;
  /** Whether values are, on both sides of 0. */
  isSymlog: boolean;
  pinned: PinnedHistogram | null;
}

export const initialHistograms: HistogramView = {
  mode: "ridge",
  filter: "",
  isLog: false,
  isSymlog: false,
  pinned: null,
};

export const nextMode = (mode: HistogramMode) =>
  histogramModes[(histogramModes.indexOf(mode) + 1) % histogramModes.length]!;

export function encodeHistograms(view: HistogramView, out: URLSearchParams): void {
  const { mode, filter, isLog, isSymlog, pinned } = view;
  if (mode !== initialHistograms.mode) out.set("hist", mode);
  if (filter) out.set("histfilter", filter);
  if (isLog) out.set("histlog", "1");
  if (isSymlog) out.set("histsymlog", "1");
  if (pinned) out.set("histpin", `${pinned.step}:${pinned.tag}`);
}

/** What is not said, or said wrongly, stays as it is at first. */
export function decodeHistograms(read: URLSearchParams): HistogramView {
  return {
    mode: histogramModes.find((mode) => mode === read.get("hist")) ?? initialHistograms.mode,
    filter: read.get("histfilter") ?? "",
    isLog: read.get("histlog") === "1",
    isSymlog: read.get("histsymlog") === "1",
    pinned: decodePin(read.get("histpin") ?? ""),
  };
}

function decodePin(text: string): PinnedHistogram | null {
  const found = /^(-?\d{1,15}):(.+)$/su.exec(text);
  return found ? { step: Number(found[1]), tag: found[2]! } : null;
}
