// What a filter of tags may become: folders and tags that hold what was typed.
import { makeFilter } from "./filter";
import { firstCard, walk, type Branch } from "./tag_tree";

export interface Completion {
  text: string;
  /** The regular expression that it stands for. */
  filter: string;
  /** How many tags are below a folder; null for a tag. */
  count: number | null;
  /** It is on the outermost level. */
  outer: boolean;
}

const literal = (name: string) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Everything that can be offered, folders before what is in them. */
export function offersOf(tree: readonly Branch[]): Completion[] {
  const all: Completion[] = [];
  for (const branch of walk(tree)) {
    const text = `${branch.path}/`;
    const isOuter = tree.includes(branch);
    const isAlone = branch.count === 1;
    // Tags without a folder, and those with a name for display, have paths that are no part of what is filtered.
    const isPrefix = firstCard(branch).name.startsWith(text);
    if (isPrefix && !isAlone)
      all.push({ text, filter: `^${literal(text)}`, count: branch.count, outer: isOuter });
    const outer = isOuter && (isAlone || !isPrefix);
    for (const { name } of branch.cards)
      all.push({ text: name, filter: `^${literal(name)}$`, count: null, outer });
  }
  return all;
}

/** What holds the typed text: at its beginning, then at that of a part, then anywhere; else what the expression matches. */
export function complete(offers: readonly Completion[], typed: string, most: number): Completion[] {
  if (typed === "") return offers.filter(({ outer }) => outer).slice(0, most);
  const text = typed.replace(/^\^|\$$|\\/g, "").toLowerCase();
  const filter = makeFilter(typed);
  const found: Completion[][] = [[], [], [], []];
  for (const offer of offers) {
    if (offer.filter === typed) continue;
    const at = offer.text.toLowerCase().indexOf(text);
    const isAtPart = offer.text[at - 1] === "/";
    if (at >= 0) found[at === 0 ? 0 : isAtPart ? 1 : 2]!.push(offer);
    else if (filter.error === null && filter.matches(offer.text)) found[3]!.push(offer);
  }
  return found.flat().slice(0, most);
}
