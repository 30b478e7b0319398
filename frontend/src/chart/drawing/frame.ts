// Where on a chart values are, and the other way round.

export interface Frame {
  width: number;
  height: number;
  toX(value: number): number;
  toY(value: number): number;
  /** What is under a pixel. */
  atX(pixel: number): number;
  atY(pixel: number): number;
  low: number;
  high: number;
}
