// One function for each route. Addresses are relative to the page, so a path prefix needs no setting.
import { decodeColumns, type Columns } from "./columns";
import type { ColumnsQuery, Info, Runs, Statistics, StatisticsQuery, Tags, Text, Warnings } from "./types";

export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: "same-origin", ...init });
  if (response.ok) return response;
  throw new ServerError(response.status, await reason(response));
}

async function reason(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    if (body !== null && typeof body === "object" && "detail" in body && typeof body.detail === "string") {
      return body.detail;
    }
  } catch {
    // A proxy's own error page is no JSON: the status line says what there is to say.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim() + ".";
}

async function json<T>(path: string): Promise<T> {
  return (await (await request(path)).json()) as T;
}

/** Whether the same question may be answered later: the server is away, or busy, but it has not refused. */
export const isTransient = (error: unknown) =>
  error instanceof TypeError || (error instanceof ServerError && error.status >= 500);

function query(parameters: Record<string, string>, runs: string[] = []): string {
  const search = new URLSearchParams(parameters);
  for (const run of runs) search.append("run", run);
  return search.toString();
}

function post(path: string, body: object): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export const getInfo = () => json<Info>("api/info");

/**
 * One page of the runs. `valueTag`: whose newest value each run shows; null leaves the choice to the server. `since`:
 * only what has changed since this version; `after`: the page that begins there.
 */
export function getRuns(valueTag: string | null, since: number | null, after: string | null): Promise<Runs> {
  const asked: Record<string, string> = {};
  if (valueTag !== null) asked["value_tag"] = valueTag;
  if (since !== null) asked["since"] = String(since);
  if (after !== null) asked["after"] = after;
  const search = query(asked);
  return json<Runs>(search ? `api/runs?${search}` : "api/runs");
}

export const getTags = async (runs: readonly string[]) =>
  (await (await post("api/tags", { runs })).json()) as Tags;
export const getWarnings = (limit: number) =>
  json<Warnings>(`api/warnings?${query({ limit: String(limit) })}`);

export const getTexts = (run: string, tag: string, limit: number) =>
  json<Text[]>(`api/texts?${query({ run, tag, limit: String(limit) })}`);

export async function getColumns(body: ColumnsQuery): Promise<Columns> {
  const response = await post("api/columns", body);
  return decodeColumns(await response.arrayBuffer());
}

export const getStatistics = async (body: StatisticsQuery) =>
  (await (await post("api/statistics", body)).json()) as Statistics;

export type ExportKind = "csv" | "json";

/** Where every point of a tag is to be had; without runs: of all runs. */
export const exportAddress = (kind: ExportKind, tag: string, runs: string[]) =>
  `api/${kind}?${query({ tag }, runs)}`;
