// Tables as text that spreadsheets take.

/** Cells parted by tabs; what would part them elsewhere becomes a space. */
export const tabbed = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => row.map((cell) => cell.replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");

/** A number in full, as programs read it; empty where there is none. */
export const plainNumber = (value: number | null) => (value === null ? "" : String(value));
