// The keys that move through a list of options below a field.

/** The option that a key goes to from another one (-1: none yet), round the ends; null: the key is none of these. */
export function optionAfter(key: string, active: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (active + 1) % count;
  if (key === "ArrowUp") return active <= 0 ? count - 1 : active - 1;
  return null;
}
