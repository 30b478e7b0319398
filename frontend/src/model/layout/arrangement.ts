// Where the cards stand while more of them appear: what is shown already keeps its place.
import { chooseColumns, pack, type Sized } from "./packing";
import { isFixed, type Section } from "./sections";
import type { CardSize } from "../view/view_url";

/** A section as it stands in the grid; of one name there may be several where charts have come later. */
export interface Block {
  key: string;
  section: Section;
  span: number;
  /** Holds what has come after the section of the same name was placed. */
  later: boolean;
}

export interface Layout {
  columns: number;
  blocks: readonly Block[];
}

export interface Room {
  /** In pixels. */
  width: number;
  size: CardSize;
  /** Names of the cards that take a whole row. */
  wide: ReadonlySet<string>;
}

/** Remembers cards that are gone, too, by their keys: when they come back, they find their places. */
interface Place {
  name: string;
  span: number;
  cards: string[];
}

export class Arrangement {
  private columns = 1;
  private places: Place[] = [];
  private order: readonly unknown[] | null = null;

  /**
   * `order`: what the reader's own doing depends on; where one of these is another, everything is placed anew. Else what
   * has come since goes where nothing has to move for it: into the rest of its section's last row, or to the end.
   */
  arrange(sections: readonly Section[], room: Room, order: readonly unknown[] | null): Layout {
    const causes = order && [...order, room.width, room.size, room.wide];
    const isHeld = causes && this.order && causes.every((cause, i) => cause === this.order![i]);
    if (isHeld && this.places.length > 0) this.add(sections, room);
    else this.begin(sections, room);
    this.order = causes;
    return { columns: this.columns, blocks: this.blocksOf(sections) };
  }

  private begin(sections: readonly Section[], { width, size, wide }: Room): void {
    const sizeOf = ({ name, cards }: Section): Sized => ({
      cards: cards.length,
      fixed: isFixed(name),
      wide: cards.some((card) => wide.has(card.name)),
    });
    this.columns = chooseColumns(sections, width, size, sizeOf);
    this.places = pack(sections, this.columns, sizeOf).map(({ item, span }) => ({
      name: item.name,
      span,
      cards: item.cards.map(({ key }) => key),
    }));
  }

  private add(sections: readonly Section[], { wide }: Room): void {
    const known = new Set(this.places.flatMap(({ cards }) => cards));
    const all = sections.flatMap(({ cards }) => cards);
    const whole = new Set(all.filter(({ name }) => wide.has(name)).map(({ key }) => key));
    const others: { name: string; keys: string[] }[] = [];
    for (const { name, cards } of sections) {
      const isNew = (key: string) => !known.has(key);
      others.push({
        name,
        keys: cards.map(({ key }) => key).filter((key) => isNew(key) && !this.fill(name, key, whole)),
      });
    }
    for (const { name, keys } of others) {
      const span = keys.some((key) => whole.has(key)) ? this.columns : Math.min(keys.length, this.columns);
      if (keys.length > 0) this.places.push({ name, span, cards: keys });
    }
  }

  /** Puts a card into its section if no other has to move for it. */
  private fill(name: string, key: string, whole: ReadonlySet<string>): boolean {
    const own = this.places.findLast((place) => place.name === name);
    if (!own || !(this.isLast(own) || (!whole.has(key) && hasRoom(own, whole)))) return false;
    own.cards.push(key);
    return true;
  }

  /** Nothing stands below. */
  private isLast(place: Place): boolean {
    let free = 0;
    let row: Place[] = [];
    for (const one of this.places) {
      if (one.span > free) [free, row] = [this.columns, []];
      free -= one.span;
      row.push(one);
    }
    return row.includes(place);
  }

  private blocksOf(sections: readonly Section[]): Block[] {
    const known = new Map(sections.flatMap(({ cards }) => cards.map((card) => [card.key, card])));
    const empty = new Set(sections.filter(({ cards }) => cards.length === 0).map(({ name }) => name));
    const seen = new Map<string, number>();
    return this.places.flatMap(({ name, span, cards: keys }) => {
      const number = seen.get(name) ?? 0;
      seen.set(name, number + 1);
      const held = keys.flatMap((key) => known.get(key) ?? []);
      if (held.length === 0 && !(empty.has(name) && number === 0)) return [];
      return [{ key: `${number}:${name}`, section: { name, cards: held }, span, later: number > 0 }];
    });
  }
}

/** Whether the last row of a section's cards has a free cell. `whole`: the cards that take a whole row. */
function hasRoom({ span, cards }: Place, whole: ReadonlySet<string>): boolean {
  const after = cards.length - 1 - cards.findLastIndex((key) => whole.has(key));
  return after % span !== 0;
}
