// The order that people expect of names: numbers in them by value, 2 before 10 and 0.0003 before 0.001.

// A decimal point or an exponent counts only where the digits are not part of a longer dotted number (a version, a date).
const number = /(?<![\d.])\d+\.\d+(?:e[-+]?\d+)?(?![\d.])|(?<![\d.])\d+e[-+]?\d+(?![\w.])|\d+/gi;

interface Part {
  text: string;
  value: number | null;
}

function partsOf(name: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of name.matchAll(number)) {
    if (found.index > end) parts.push({ text: name.slice(end, found.index), value: null });
    parts.push({ text: found[0], value: Number(found[0]) });
    end = found.index + found[0].length;
  }
  if (end < name.length) parts.push({ text: name.slice(end), value: null });
  return parts;
}

const letters = new Intl.Collator("en", { sensitivity: "base" });

function compareParts(a: Part[], b: Part[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i]!, b[i]!];
    const difference =
      left.value !== null && right.value !== null
        ? left.value - right.value
        : letters.compare(left.text, right.text);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** A sorted copy; names that differ in nothing a reader orders by keep the code units' order. */
export function naturalSort<T>(items: Iterable<T>, nameOf: (item: T) => string): T[] {
  return [...items]
    .map((item) => ({ item, name: nameOf(item), parts: partsOf(nameOf(item)) }))
    .sort((a, b) => compareParts(a.parts, b.parts) || (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ item }) => item);
}
