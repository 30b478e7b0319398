// What the page calls the states of a run.
import type { RunState } from "../../api/types";

interface Word {
  word: string;
  /** What colour it is told in. */
  tone: "live" | "calm" | "alarm";
}

export const stateWords: Record<RunState, Word> = {
  running: { word: "Running", tone: "live" },
  validating: { word: "Validating", tone: "live" },
  paused: { word: "Paused", tone: "alarm" },
  stopping: { word: "Stopping", tone: "alarm" },
  stalled: { word: "Stalled", tone: "alarm" },
  finished: { word: "Finished", tone: "calm" },
  stopped: { word: "Stopped", tone: "calm" },
  failed: { word: "Failed", tone: "alarm" },
  crashed: { word: "Crashed", tone: "alarm" },
  idle: { word: "Idle", tone: "calm" },
};

/** States in which time passes for the run. */
export const isUnderWay = (state: RunState): boolean =>
  ["running", "validating", "paused", "stopping", "stalled"].includes(state);
