// What each status of a run means, in words.
import type { RunStatus } from "../../api/types";

export const statusMeanings: Record<RunStatus, string> = {
  live: "live: it is being written",
  finished: "finished: its writer closed the log",
  stale: "stale: it did not end, and nothing has come for a while",
  idle: "idle: nothing has come for a while",
};
