// Regular-expression filters as the reader types them.

export interface Filter {
  matches(text: string): boolean;
  /** What it matches and captures, or null where it does not match. */
  find(text: string): RegExpExecArray | null;
  /** Why the expression is not one, or null. */
  error: string | null;
}

const anything = /^/u;
const everything: Filter = { matches: () => true, find: (text) => anything.exec(text), error: null };

/** Case-insensitive unless the expression holds a capital; an invalid one matches everything and says why. */
export function makeFilter(expression: string): Filter {
  if (expression === "") return everything;
  try {
    const pattern = new RegExp(expression, /\p{Lu}/u.test(expression.replace(/\\./g, "")) ? "u" : "iu");
    return { matches: (text) => pattern.test(text), find: (text) => pattern.exec(text), error: null };
  } catch (error) {
    return { ...everything, error: explain(error) };
  }
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.split(": ").at(-1) ?? message;
  return `Not a regular expression: ${reason.toLowerCase()}`;
}
