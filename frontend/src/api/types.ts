// Shapes of the server's answers.

export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";
export type RunStatus = "live" | "finished" | "stale" | "idle";
export type XAxis = "step" | "epoch" | "relative" | "wall";
export type SmoothingKind = "exponential" | "time_exponential" | "running_mean" | "gaussian";

export interface Info {
  kymo: string;
  server_id: string;
  logdirs: string[];
  title: string;
  poll: boolean;
  token_required: boolean;
}

export interface NewestPoint {
  tag: string;
  step: number;
  wall_time: JsonNumber;
  value: JsonNumber;
}

export interface RunSummary {
  name: string;
  status: RunStatus;
  started: number | null;
  last_event: number | null;
  tags: number;
  points: number;
  warnings: number;
  newest: NewestPoint | null;
}

export interface Loading {
  files_done: number;
  files_total: number;
}

export interface Runs {
  version: number;
  loading: Loading | null;
  runs: RunSummary[];
}

export interface Tag {
  tag: string;
  kind: string;
  display_name: string;
  description: string;
  runs: number[];
}

export interface Tags {
  version: number;
  runs: string[];
  tags: Tag[];
}

export interface Smoothing {
  kind: SmoothingKind;
  amount: number;
}

export interface ColumnsQuery {
  tag: string;
  runs: string[];
  x: XAxis;
  range: [number | null, number | null] | null;
  pixels: number;
  smoothing: Smoothing | null;
  superseded: boolean;
}

export interface Text {
  step: number;
  wall_time: JsonNumber;
  superseded: boolean;
  html: string;
}

export interface Warning {
  run: string;
  file: string;
  offset: number;
  rule: string;
  cause: string;
}

export type LiveMessage =
  | { type: "hello"; kymo: string; server_id: string; version: number }
  | { type: "changed"; version: number; runs: string[] | null };
