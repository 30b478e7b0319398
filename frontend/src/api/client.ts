// One function for each route. Addresses are relative to the page, so a path prefix needs no setting.
import { decodeBands, type Bands } from "./bands";
import { decodeHistograms, type HistogramColumns } from "./histograms";
import { decodeColumns, type Columns } from "./columns";
import { ServerError } from "./failure";
import { Gathering } from "./gathering";
import { splitParts } from "./parts";
import type {
  BandsQuery,
  ColumnsQuery,
  Emptied,
  Findings,
  Front,
  Info,
  Nearest,
  NearestQuery,
  Network,
  NotesChange,
  Restored,
  RunDetail,
  RunNotes,
  Runs,
  Sizes,
  Statistics,
  StatisticsQuery,
  Tags,
  Text,
  TrashList,
  Trashed,
  Verb,
  Warnings,
} from "./types";

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

function query(parameters: Record<string, string>, runs: string[] = []): string {
  const search = new URLSearchParams(parameters);
  for (const run of runs) search.append("run", run);
  return search.toString();
}

function send(path: string, body: object, method = "POST"): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return request(path, { method, headers, body: JSON.stringify(body) });
}

async function answerTo<T>(path: string, body: object, method = "POST"): Promise<T> {
  return (await (await send(path, body, method)).json()) as T;
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

export const getTags = (runs: readonly string[]) => answerTo<Tags>("api/tags", { runs });
export const getRun = (run: string) => json<RunDetail>(`api/run?${query({ run })}`);
export const getFront = (run: string) => json<Front>(`api/front?${query({ run })}`);
export const getFindings = (run: string) => json<Findings>(`api/findings?${query({ run })}`);
export const getNetwork = (run: string) => json<Network>(`api/network?${query({ run })}`);

/** The histograms of a tag, at most so many columns of those whose steps lie in the range; null is no bound. */
export async function getHistograms(
  run: string,
  tag: string,
  columns: number,
  range: readonly [number | null, number | null] = [null, null],
): Promise<HistogramColumns> {
  const asked: Record<string, string> = { run, tag, columns: String(columns) };
  if (range[0] !== null) asked["first_step"] = String(Math.ceil(range[0]));
  if (range[1] !== null) asked["last_step"] = String(Math.floor(range[1]));
  const response = await request(`api/histograms?${query(asked)}`);
  return decodeHistograms(await response.arrayBuffer());
}

export const getSizes = (runs: readonly string[]) => answerTo<Sizes>("api/sizes", { runs });
export const getWarnings = (limit: number) =>
  json<Warnings>(`api/warnings?${query({ limit: String(limit) })}`);

export const getTexts = (run: string, tag: string, limit: number) =>
  json<Text[]>(`api/texts?${query({ run, tag, limit: String(limit) })}`);

/** What one request may hold: names of runs and questions as the server allows, and points that take it no time. */
const most = { runs: 2000, questions: 100, points: 1_000_000 };

const columns = new Gathering<ColumnsQuery, Columns>(async (questions) => {
  const response = await send("api/columns", { questions });
  const parts = [...splitParts(await response.arrayBuffer())];
  return parts.map(({ place, body }) => ({ place, answer: () => decodeColumns(body) }));
});

/** `points`: how many there are to choose from, as far as that is known. */
export function getColumns(question: ColumnsQuery, points = most.points / 4): Promise<Columns> {
  const shares = [1 / most.questions, question.runs.length / most.runs, points / most.points];
  return columns.ask(question, Math.max(...shares));
}

export async function getBands(body: BandsQuery): Promise<Bands> {
  const response = await send("api/bands", body);
  return decodeBands(await response.arrayBuffer());
}

export const getNearest = (body: NearestQuery) => answerTo<Nearest>("api/nearest", body);

export const getStatistics = (body: StatisticsQuery) => answerTo<Statistics>("api/statistics", body);

export type ExportKind = "csv" | "json";

/** Where every point of a tag is to be had; without runs: of all runs. */
export const exportAddress = (kind: ExportKind, tag: string, runs: string[]) =>
  `api/${kind}?${query({ tag }, runs)}`;

/** The page's leave to change something ends with its server: another one gives it anew, with the page itself. */
async function change<T>(path: string, body: object, method = "POST"): Promise<T> {
  try {
    return await answerTo<T>(path, body, method);
  } catch (error) {
    if (!(error instanceof ServerError) || error.status !== 401) throw error;
    await fetch("./", { credentials: "same-origin", cache: "no-store" });
    return answerTo<T>(path, body, method);
  }
}

/** Only what is named is changed. Returns all that is noted of the run then. */
export const putNotes = (run: string, notes: NotesChange) =>
  change<RunNotes>("api/notes", { run, ...notes }, "PUT");

export const getTrash = () => json<TrashList>("api/trash");
export const trashRuns = (runs: readonly string[]) => change<Trashed>("api/trash", { runs });
export const restoreRuns = (ids: readonly string[]) => change<Restored>("api/trash/restore", { ids });
/** For good; null: all that is in the trash. */
export const emptyTrash = (ids: readonly string[] | null) => change<Emptied>("api/trash/empty", { ids });

/** Asks a run to end, once its batch or its epoch is over. */
export const askToStop = (run: string, after: "batch" | "epoch") =>
  change<{ after: string }>("api/stop", { run, after });

/** Asks something else of a run that goes on; what it answers is in its front. */
export const askFor = (run: string, verb: Verb, name: string | null, value: string | null) =>
  change<{ id: string }>("api/control", { run, verb, name, value });
