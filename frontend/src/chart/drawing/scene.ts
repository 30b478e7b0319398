// What a chart shows: its lines and bands, and how they are to be drawn.
import type { SeriesColumns } from "../../api/columns";
import type { XAxis } from "../../api/types";
import type { Look } from "../../model/runs/colours";
import type { Zoom } from "../../model/view/view_url";
import { curveOf, type Band } from "./band";
import type { Curve } from "./extent";
import type { Theme } from "./ink";

/** One tag of one run. */
export interface Line {
  tag: string;
  columns: SeriesColumns;
  look: Look;
  /** Thin and pale, behind the lines that matter more. */
  pale: boolean;
  /** Tells tags of one card apart; null: the run's own. */
  dash: readonly number[] | null;
  /** Shown for a while over the bands, which hold it: the scales do not follow it. */
  isGuest: boolean;
}

export interface Scene {
  lines: Line[];
  bands: Band[];
  axis: XAxis;
  /** The tag that x is the value of, where it is another series. */
  xTag: string | null;
  logX: boolean;
  log: boolean;
  /** Per cent of the points at either end that the y scale leaves out. */
  trim: number;
  zoom: Zoom | null;
  theme: Theme;
}

/** What the scales are fitted to: all that stays. */
export function curvesOf({ lines, bands }: Scene): Curve[] {
  const lasting = lines.filter(({ isGuest }) => !isGuest);
  return [...lasting.map(({ columns }) => columns), ...bands.map(curveOf)];
}
