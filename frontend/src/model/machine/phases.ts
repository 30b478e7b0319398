// The phases of a step, in the order in which a step goes through them.

export interface Phase {
  name: string;
  word: string;
  /** Light colours for a light page, and dark ones for a dark one. */
  colour: string;
}

/** What holds the device up is warm, what is the training itself is cool. */
export const phases: readonly Phase[] = [
  { name: "data_wait", word: "Waiting for data", colour: "light-dark(#dc6a12, #ea9936)" },
  { name: "copy", word: "Copy to device", colour: "light-dark(#b08a00, #e6d25a)" },
  { name: "forward", word: "Forward", colour: "light-dark(#5b86ee, #9cc1ff)" },
  { name: "backward", word: "Backward", colour: "light-dark(#2748b5, #5d8cf0)" },
  { name: "optimizer", word: "Optimizer", colour: "light-dark(#3e9779, #36d7a8)" },
  { name: "other", word: "Rest of the step", colour: "light-dark(#9aa0a8, #767b84)" },
  { name: "step", word: "The step itself", colour: "light-dark(#3f6be6, #74a8fb)" },
  { name: "logging", word: "Logging", colour: "light-dark(#990069, #ce67a7)" },
];

/** What the body of a step is made of, where the model is known. */
export const bodyParts: ReadonlySet<string> = new Set(["forward", "backward", "optimizer", "other"]);

export const phaseTag = (name: string) => `pipeline/${name}`;
