// What a chart shows: its series, and how they are to be drawn.
import type { SeriesColumns } from "../api/columns";
import type { XAxis } from "../api/types";
import type { Look } from "../model/colours";
import type { Zoom } from "../model/view_url";
import type { Theme } from "./ink";

export interface DrawnSeries {
  columns: SeriesColumns;
  look: Look;
}

export interface Scene {
  series: DrawnSeries[];
  axis: XAxis;
  log: boolean;
  outliers: boolean;
  zoom: Zoom | null;
  theme: Theme;
}
