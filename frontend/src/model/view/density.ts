// How finely charts are drawn: a chart of very many lines has no use for each pixel of every one of them.

/** Points that one chart asks for at most are some multiple of this: lines times pixels. */
const most = 300_000;

/** Pixels of width to choose points for. */
export function pixelsFor(width: number, lines: number): number {
  return Math.max(1, Math.min(Math.round(width), Math.floor(most / Math.max(1, lines)), 10_000));
}
