// The shapes of the server's answers, by short names. schema.ts is generated from the server's OpenAPI document.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Info = Schemas["Info"];
export type Runs = Schemas["Runs"];
export type RunSummary = Schemas["RunSummary"];
export type RunDetail = Schemas["RunDetail"];
export type RunNotes = Schemas["RunNotes"];
export type NotesChange = Omit<Schemas["NotesRequest"], "run">;
export type Loading = Schemas["Loading"];
export type Tags = Schemas["Tags"];
export type Tag = Schemas["TagSummary"];
export type ColumnsQuery = Required<Schemas["ColumnsQuestion"]>;
export type StatisticsQuery = Required<Schemas["StatisticsRequest"]>;
export type Statistics = Schemas["Statistics"];
export type RunStatistics = Schemas["RunStatistics"];
export type ColumnsHeader = Schemas["ColumnsHeader"];
export type ColumnsRefusal = Schemas["ColumnsRefusal"];
export type SeriesHeader = Schemas["SeriesColumns"];
export type BandsQuery = Required<Schemas["BandsRequest"]>;
export type BandsHeader = Schemas["BandsHeader"];
export type NearestQuery = Required<Schemas["NearestRequest"]>;
export type Nearest = Schemas["Nearest"];
export type ArrayPlace = Schemas["ArraySpan"];
export type Text = Schemas["TextEntry"];
export type Warning = Schemas["WarningEntry"];
export type Warnings = Schemas["Warnings"];
export type Sizes = Schemas["Sizes"];
export type Trashed = Schemas["Trashed"];
export type TrashEntry = Schemas["TrashEntry"];
export type TrashList = Schemas["TrashList"];
export type Restored = Schemas["Restored"];
export type Front = Schemas["Front"];
export type RunState = Front["state"];
export type RunEvent = Schemas["RunEvent"];
export type EventMark = Schemas["EventMark"];
export type Verb = Schemas["ControlRequest"]["verb"];
export type AskedOf = Schemas["AskedOf"];
export type Emptied = Schemas["Emptied"];
export type LiveMessage = Schemas["Hello"] | Schemas["Changed"];

export type RunStatus = RunSummary["status"];
export type JsonNumber = Schemas["Newest"]["value"];
export type XAxis = ColumnsHeader["x"];
export type SmoothingKind = Schemas["Smoothing"]["kind"];
