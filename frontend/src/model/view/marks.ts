// Two places on x that the reader compares, A and B; all charts share them.

export type Marks = readonly number[];

export const markNames = ["A", "B"] as const;

/** The third one begins anew. */
export const addMark = (marks: Marks, x: number): Marks => (marks.length === 1 ? [...marks, x] : [x]);

export const encodeMarks = (marks: Marks) => marks.join(",");

export function decodeMarks(text: string | null): Marks {
  const marks = (text ?? "").split(",").map((part) => (part === "" ? NaN : Number(part)));
  return marks.length <= markNames.length && marks.every(Number.isFinite) ? marks : [];
}
