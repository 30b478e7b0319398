// Where the charts stand while more of them appear: what is shown already keeps its place.
import { chooseColumns, pack, type Sized } from "./packing";
import type { Section } from "./sections";
import type { Tag } from "../api/types";
import type { CardSize } from "./view_url";

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
  /** Tags whose cards take a whole row. */
  wide: ReadonlySet<string>;
}

/** Remembers tags that are gone, too: when they come back, they find their places. */
interface Place {
  name: string;
  span: number;
  tags: string[];
}

const keyOf = (tag: Tag) => `${tag.kind}:${tag.tag}`;

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
    const sizeOf = ({ tags }: Section): Sized => ({
      cards: tags.length,
      wide: tags.some(({ tag }) => wide.has(tag)),
    });
    this.columns = chooseColumns(sections, width, size, sizeOf);
    this.places = pack(sections, this.columns, sizeOf).map(({ item, span }) => ({
      name: item.name,
      span,
      tags: item.tags.map(keyOf),
    }));
  }

  private add(sections: readonly Section[], { wide }: Room): void {
    const known = new Set(this.places.flatMap(({ tags }) => tags));
    const all = sections.flatMap(({ tags }) => tags);
    const whole = new Set(all.filter(({ tag }) => wide.has(tag)).map(keyOf));
    const others: { name: string; keys: string[] }[] = [];
    for (const { name, tags } of sections) {
      const isNew = (key: string) => !known.has(key);
      others.push({
        name,
        keys: tags.map(keyOf).filter((key) => isNew(key) && !this.fill(name, key, whole)),
      });
    }
    for (const { name, keys } of others) {
      const span = keys.some((key) => whole.has(key)) ? this.columns : Math.min(keys.length, this.columns);
      if (keys.length > 0) this.places.push({ name, span, tags: keys });
    }
  }

  /** Puts a tag into its section if no other has to move for it. */
  private fill(name: string, key: string, whole: ReadonlySet<string>): boolean {
    const own = this.places.findLast((place) => place.name === name);
    if (!own || !(this.isLast(own) || (!whole.has(key) && hasRoom(own, whole)))) return false;
    own.tags.push(key);
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
    const tags = new Map(sections.flatMap((section) => section.tags.map((tag) => [keyOf(tag), tag])));
    const seen = new Map<string, number>();
    return this.places.flatMap(({ name, span, tags: keys }) => {
      const number = seen.get(name) ?? 0;
      seen.set(name, number + 1);
      const held = keys.flatMap((key) => tags.get(key) ?? []);
      if (held.length === 0) return [];
      return [{ key: `${number}:${name}`, section: { name, tags: held }, span, later: number > 0 }];
    });
  }
}

/** Whether the last row of a section's cards has a free cell. `whole`: the cards that take a whole row. */
function hasRoom({ span, tags }: Place, whole: ReadonlySet<string>): boolean {
  const after = tags.length - 1 - tags.findLastIndex((key) => whole.has(key));
  return after % span !== 0;
}
