// The page's cards in their sections, and what the reader does to them.
import type { Tag } from "../../api/types";
import { singleCard, tagNames, type Card } from "./card";
import { CardDrag } from "./card_drag.svelte";
import { foldedOf, toggleFold } from "./folding";
import type { Filter } from "../tags/filter";
import { joinCards, joinTags, splitCard, takeOut, type Joining } from "./joining";
import { initialLayout } from "./layout_url";
import { isPinned, makeSections, type Section } from "./sections";
import { addGroup, moveGroup, removeGroup, renameGroup, type TagGroup } from "../tags/tag_groups";
import { foldersOf, pathsTo } from "../tags/tag_path";
import { growTree } from "../tags/tag_tree";
import type { ViewState } from "../view/view_state.svelte";

/** The part of the view that putting the layout back leaves nothing of. */
const { joins, apart, pinned, heights, tagGroups } = initialLayout;
const untouched = {
  joins,
  apart,
  pinned,
  heights,
  tagGroups,
  wide: new Set<string>(),
  closed: new Set<string>(),
  opened: new Set<string>(),
};

export class Board {
  readonly drag = new CardDrag();
  /** The card whose menu of joining is open, by its key. */
  menu = $state<string | null>(null);
  /** The card that is to be shown next, by its key: it is built wherever it stands. */
  sought = $state<string | null>(null);
  /** The group that is being named, by its expression. */
  naming = $state<string | null>(null);

  // Each field apart: what depends on one of them is not made anew for every other change of the view.
  private readonly joins = $derived.by(() => this.view.current.joins);
  private readonly apart = $derived.by(() => this.view.current.apart);
  private readonly joinEpochs = $derived.by(() => this.view.current.joinEpochs);
  private readonly joinValidation = $derived.by(() => this.view.current.joinValidation);
  private readonly pinned = $derived.by(() => this.view.current.pinned);
  private readonly groups = $derived.by(() => this.view.current.tagGroups);
  readonly wide = $derived.by(() => this.view.current.wide);
  readonly heights = $derived.by(() => this.view.current.heights);

  readonly joining = $derived<Joining>({
    epochs: this.joinEpochs,
    validation: this.joinValidation,
    joins: this.joins,
    apart: this.apart,
  });
  /** Every card of the runs that are drawn, whether it passes the filter or not. */
  readonly cards = $derived.by(() => joinTags(this.tags(), this.joining));
  readonly sections = $derived.by(() => this.makeSections());
  private readonly names = $derived(this.sections.map(({ name }) => name));
  private readonly isFiltered = $derived.by(() => this.view.current.tagFilter !== "");
  /** The folders that are folded. */
  readonly folded = $derived.by(() => foldedOf(this.view.current, this.names, this.isFiltered));
  /** The tags that pass the filter. */
  readonly tree = $derived.by(() => growTree(this.singles(this.filter())));
  /** All tags, for the filter that is being typed. */
  readonly wholeTree = $derived.by(() => growTree(this.singles(null)));
  /** What the reader's own doing has changed where one of these is another. */
  readonly causes = $derived<readonly unknown[]>([this.joining, this.pinned, this.groups]);
  private readonly byTag = $derived(
    new Map(this.cards.flatMap((card) => card.members.map(({ tag }) => [tag, card]))),
  );

  constructor(
    private readonly view: ViewState,
    private readonly tags: () => readonly Tag[],
    private readonly filter: () => Filter,
  ) {}

  /** The card that a tag is drawn on. */
  cardOf(tag: Tag): Card | undefined {
    return this.byTag.get(tag);
  }

  join(target: Card, other: Card): void {
    this.view.set(joinCards(this.joining, target, other));
  }

  split(card: Card): void {
    this.view.set(splitCard(this.joining, card));
  }

  takeOut(name: string): void {
    this.view.set(takeOut(this.joining, name));
  }

  isPinned(card: Card): boolean {
    return isPinned(card, this.pinned);
  }

  togglePin(card: Card): void {
    const names = new Set(tagNames(card));
    const others = [...this.pinned].filter((name) => !names.has(name));
    this.view.set({ pinned: new Set(this.isPinned(card) ? others : [...others, card.name]) });
  }

  setHeight(card: Card, height: number | null): void {
    const heights = new Map(this.heights);
    if (height === null) heights.delete(card.name);
    else heights.set(card.name, height);
    this.view.set({ heights });
  }

  setWide(card: Card, on: boolean): void {
    if (this.wide.has(card.name) !== on) this.view.toggle("wide", card.name);
  }

  /** Unfolds whatever a card may be folded away in. */
  reveal(card: Card): void {
    const around = new Set(pathsTo(foldersOf(card.members[0]!.tag).join("/")));
    for (const { name, cards } of this.sections) if (cards.includes(card)) around.add(name);
    for (const name of around) if (this.folded.has(name)) this.toggleFold(name);
  }

  /** Folds a folder with all that is below it, or unfolds it. */
  toggleFold(name: string): void {
    this.view.set(toggleFold(this.view.current, name, this.names, this.isFiltered));
  }

  /** Makes a group of what the filter leaves, and asks for its name. */
  keepAsGroup(match: string): void {
    this.view.set({ tagGroups: addGroup(this.groups, match), tagFilter: "" });
    this.naming = match;
  }

  renameGroup(group: TagGroup, name: string): void {
    this.setGroups(renameGroup(this.groups, group.match, name));
  }

  moveGroup(group: TagGroup, by: number): void {
    this.setGroups(moveGroup(this.groups, group.match, by));
  }

  removeGroup(group: TagGroup): void {
    this.setGroups(removeGroup(this.groups, group.match));
  }

  private setGroups(tagGroups: readonly TagGroup[]): void {
    if (tagGroups !== this.groups) this.view.set({ tagGroups });
  }

  get isUntouched(): boolean {
    const { current } = this.view;
    const sets = [
      current.apart,
      current.pinned,
      current.heights,
      current.wide,
      current.closed,
      current.opened,
    ];
    return (
      sets.every(({ size }) => size === 0) && current.joins.length === 0 && current.tagGroups.length === 0
    );
  }

  reset(): void {
    this.view.set(untouched);
  }

  private singles(filter: Filter | null): Card[] {
    return this.tags()
      .filter((tag) => filter === null || filter.matches(tag.tag))
      .map(singleCard);
  }

  private makeSections(): Section[] {
    const filter = this.filter();
    const shown = this.cards.filter((card) => tagNames(card).some((name) => filter.matches(name)));
    const sections = makeSections(shown, { pinned: this.pinned, groups: this.groups });
    // A group without a card stands only where it is not the filter that has emptied it.
    return shown.length < this.cards.length ? sections.filter(({ cards }) => cards.length > 0) : sections;
  }
}
