import type { JsonNumber } from "./types";

/** A number that JSON may have had to carry as a word. */
export function toNumber(value: JsonNumber): number {
  return typeof value === "number" ? value : Number(value);
}
