// Which tags share a card: means per epoch with their batches, validation with training, and what the reader joins.
import type { Tag } from "../../api/types";
import { batchOf, cardOf, singleCard, tagNames, type Card } from "./card";

export interface Joining {
  /** A mean per epoch joins the series per batch that it is of. */
  epochs: boolean;
  /** What is measured in validation joins what is measured in training. */
  validation: boolean;
  /** Cards that the reader has joined, by their names; the first one holds the others. */
  joins: readonly (readonly string[])[];
  /** Tags that the reader has taken out of the card that they would share. */
  apart: ReadonlySet<string>;
}

type Rules = Omit<Joining, "joins">;
type Change = Pick<Joining, "joins" | "apart">;

const phases = ["train", "training", "val", "valid", "validation", "eval", "test"];
const phase = new RegExp(`(?<=^|[/_.-])(?:${phases.join("|")})(?=$|[/_.-])`, "i");

/** The same for all tags that the rules bring together, whichever of them there are. */
function keyFor(name: string, { epochs, validation, apart }: Rules): string {
  if (apart.has(name)) return `apart:${name}`;
  const base = epochs ? batchOf(name) : name;
  return `scalar:${validation ? base.replace(phase, "*") : base}`;
}

/** Training first, each series before its means. */
function rank(name: string): number {
  const found = phase.exec(name)?.[0].toLowerCase();
  return 2 * (found === undefined ? phases.length : phases.indexOf(found)) + Number(batchOf(name) !== name);
}

export function joinTags(tags: readonly Tag[], joining: Joining): Card[] {
  const shared = new Map<string, Tag[]>();
  const alone: Card[] = [];
  for (const tag of tags) {
    if (tag.kind !== "scalar") alone.push(singleCard(tag));
    else add(shared, keyFor(tag.tag, joining), [tag]);
  }
  for (const [key, members] of shared)
    if (members.length > 1)
      shared.set(
        key,
        members.toSorted((a, b) => rank(a.tag) - rank(b.tag)),
      );
  for (const [first, ...others] of joining.joins) {
    for (const name of others) {
      const key = keyFor(name, joining);
      const members = shared.get(key);
      if (!members || key === keyFor(first!, joining)) continue;
      shared.delete(key);
      add(shared, keyFor(first!, joining), members);
    }
  }
  return [...[...shared].map(([key, members]) => cardOf(key, members)), ...alone];
}

function add(shared: Map<string, Tag[]>, key: string, tags: readonly Tag[]): void {
  const members = shared.get(key);
  if (members) members.push(...tags);
  else shared.set(key, [...tags]);
}

/** Only numbers share axes. */
export const canJoin = (a: Card, b: Card) => a.kind === "scalar" && b.kind === "scalar" && a.key !== b.key;

/** The other cards that hold the same measure: of validation, of training, per epoch, per batch. */
export function counterpartsOf(card: Card, cards: readonly Card[]): Card[] {
  const keys = (one: Card) =>
    tagNames(one).map((name) => keyFor(name, { epochs: true, validation: true, apart: new Set() }));
  const own = new Set(keys(card));
  return cards.filter((other) => canJoin(card, other) && keys(other).some((key) => own.has(key)));
}

/** The reader joins a card to another one, which keeps its place and its name. */
export function joinCards({ joins, ...rules }: Joining, target: Card, other: Card): Change {
  const names = new Set([...tagNames(target), ...tagNames(other)]);
  const apart = new Set([...rules.apart].filter((name) => !names.has(name)));
  const keyOf = (card: Card) => keyFor(card.name, { ...rules, apart });
  if (keyOf(target) === keyOf(other)) return { joins, apart };
  const [into, from] = [entryOf(joins, target), entryOf(joins, other)];
  const joined = [...(into ?? [target.name]), ...(from ?? [other.name])];
  const others = joins.filter((entry) => entry !== into && entry !== from);
  return { joins: [...others, joined], apart: rules.apart };
}

/** What the reader has joined in a card. */
export const entryOf = (joins: Joining["joins"], card: Card) =>
  joins.find((entry) => tagNames(card).some((name) => entry.includes(name)));

/** Undoes what the reader has joined in a card; of what the rules have joined, every tag gets a card of its own. */
export function splitCard({ joins, apart }: Joining, card: Card): Change {
  const entry = entryOf(joins, card);
  if (entry) return { joins: joins.filter((other) => other !== entry), apart };
  return { joins, apart: new Set([...apart, ...tagNames(card).slice(1)]) };
}

/** Undoes the joining of one card of several. */
export function takeOut({ joins, apart }: Joining, name: string): Change {
  const left = joins.map((entry) => (entry.includes(name) ? entry.filter((other) => other !== name) : entry));
  return { joins: left.filter((entry) => entry.length > 1), apart };
}
