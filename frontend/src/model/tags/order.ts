// The order that people expect of names: numbers in them by value, 2 before 10 and 0.0003 before 0.001.

// A decimal point or an exponent counts only where the digits are not part of a longer dotted number (a version, a date).
const number = /(?<![\d.])\d+\.\d+(?:e[-+]?\d+)?(?![\d.])|(?<![\d.])\d+e[-+]?\d+(?![\w.])|\d+/gi;
const marks = /\p{M}/gu;

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** Text whose order by code units is that of the numbers; it comes after every sign and before every letter. */
function numberKey(digits: string): string {
  float[0] = Number(digits);
  // The bits of positive floats have the order of their values.
  return "`" + bits[0]!.toString(16).padStart(16, "0");
}

/** Letters without case and accents. */
function textKey(text: string): string {
  const plain = text.toLowerCase();
  return /^[\x00-\x7f]*$/.test(plain) ? plain : plain.normalize("NFD").replace(marks, "");
}

/** What names are compared by: one comparison of plain text, since a list may have a hundred thousand of them. */
function orderKey(name: string): string {
  let key = "";
  let end = 0;
  number.lastIndex = 0;
  for (let found = number.exec(name); found; found = number.exec(name)) {
    key += textKey(name.slice(end, found.index)) + numberKey(found[0]);
    end = number.lastIndex;
  }
  return key + textKey(name.slice(end));
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** A copy in the same order, but for those that come first. */
export const firstOnes = <T>(items: readonly T[], isFirst: (item: T) => boolean): T[] => [
  ...items.filter(isFirst),
  ...items.filter((item) => !isFirst(item)),
];

/** A sorted copy; names that differ in nothing a reader orders by keep the code units' order. */
export function naturalSort<T>(items: Iterable<T>, nameOf: (item: T) => string): T[] {
  return [...items]
    .map((item) => ({ item, name: nameOf(item), key: orderKey(nameOf(item)) }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.name, b.name))
    .map(({ item }) => item);
}
