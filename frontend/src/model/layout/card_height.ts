// How high a card may be made.

export const heightStep = 8;
export const leastHeight = 120;
export const mostHeight = 1600;

/** The nearest height that a card may have, in pixels. */
export const snapHeight = (pixels: number) =>
  Math.max(leastHeight, Math.min(mostHeight, Math.round(pixels / heightStep) * heightStep));
