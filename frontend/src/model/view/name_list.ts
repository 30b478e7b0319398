// Names in one parameter of the address: parted by commas, with a backslash before what belongs to a name.

export const encodeNames = (names: readonly string[]) =>
  names.map((name) => name.replace(/[\\,]/g, "\\$&")).join(",");

/** Without the empty ones: nothing that the view speaks of has no name. */
export const decodeNames = (text: string) =>
  (text.match(/(?:\\[^]|[^\\,])+/g) ?? []).map((name) => name.replace(/\\([^])/g, "$1"));
