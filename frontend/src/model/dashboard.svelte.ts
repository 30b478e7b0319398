// The page's state in one place, handed to components through a context.
import { createContext, untrack } from "svelte";
import { LiveChannel, type LiveState } from "../api/live";
import type { Info, LiveMessage, Runs, Tag, XAxis } from "../api/types";
import { Board } from "./layout/board.svelte";
import { Clip } from "./view/clip";
import { Catalog } from "./runs/catalog.svelte";
import { Cursor } from "./view/cursor.svelte";
import { makeFilter } from "./tags/filter";
import { Groups } from "./runs/groups.svelte";
import { LookState } from "./runs/look_state.svelte";
import { addMark } from "./view/marks";
import { Notebook } from "./runs/notebook.svelte";
import { Pause } from "./view/pause.svelte";
import { noMarks, passes, titleOf } from "./runs/run_marks";
import {
  chooser,
  crowd,
  onlyRule,
  onlyRun,
  setRule,
  setRun,
  type Rule,
  type Selection,
} from "./runs/selection";
import { TagList } from "./tags/tag_list.svelte";
import type { RunPage } from "./view/view_url";
import { linkedTheme } from "./view/tensorboard_url";
import { ThemeState } from "./view/theme.svelte";
import { Toast } from "./toast.svelte";
import { Trash } from "./runs/trash.svelte";
import { ViewState } from "./view/view_state.svelte";

/** Runs that changed; null: anything may have. */
type ChangeListener = (runs: ReadonlySet<string> | null) => void;

/** As many runs as the server draws in one answer: a chart holds no more lines. */
export const mostDrawn = 2000;

export type Panel = "help" | "warnings" | "settings" | "run" | "trash" | null;

const drawnKinds = new Set(["scalar", "text"]);

export class Dashboard {
  readonly catalog = new Catalog({
    info: (info) => this.takeInfo(info),
    runs: (names, answer) => this.takeRuns(names, answer),
    changed: (runs) => this.tell(runs),
    valueTag: () => this.view.current.valueTag,
  });
  readonly tags = new TagList();
  readonly view = new ViewState();
  readonly theme = new ThemeState();
  readonly cursor = new Cursor();
  readonly pause = new Pause((message) => this.receive(message));
  readonly toast = new Toast();
  readonly clip = new Clip(this.toast);
  readonly notebook = new Notebook(this.catalog);
  readonly trash = new Trash(this.catalog, (reason) => (this.notebook.failure = reason));
  live = $state<LiveState>("connecting");
  panel = $state<Panel>(null);
  /** The run that the panel "run" is about. */
  openRun = $state<string | null>(null);
  runsShown = $state(true);
  readonly groups = new Groups(
    this.view,
    () => [...this.listed, ...this.expected],
    () => this.filteredRuns,
  );
  readonly looks = new LookState(this.groups);

  private readonly listeners = new Set<ChangeListener>();
  private defaults = $state.raw<ReadonlySet<string>>(new Set());
  /** The runs that started last, which may not be listed yet. */
  private latest = $state.raw<readonly string[]>([]);
  private serverId: string | null = null;
  /** Every run that was ever listed. */
  private readonly seen = new Set<string>();
  /** The first whole list has come: the default selection no longer changes under the reader. */
  private isSettled = $state(false);
  /** The tags of the first whole list have come, too: charts no longer move for others. */
  isPlaced = $state(false);

  // Parts of the view by themselves: what follows from them stays what it is while others change, as in a zoom.
  private readonly selection = $derived(this.view.current.selection);
  private readonly runExpression = $derived(this.view.current.runFilter);
  private readonly tagExpression = $derived(this.view.current.tagFilter);
  private readonly withArchived = $derived(this.view.current.archived);
  readonly runFilter = $derived(makeFilter(this.runExpression));
  readonly tagFilter = $derived(makeFilter(this.tagExpression));
  private readonly given = $derived(this.catalog.marks.names);
  /** Archived runs that are left out of the list and of the charts. */
  readonly putAside = $derived(this.withArchived ? noMarks.archived : this.catalog.marks.archived);
  private readonly listed = $derived(
    this.putAside.size === 0
      ? this.catalog.names
      : this.catalog.names.filter((name) => !this.putAside.has(name)),
  );
  /** How many runs there are, but for those put aside. */
  readonly total = $derived(this.catalog.total - this.putAside.size);
  readonly filteredRuns = $derived(
    this.runExpression === ""
      ? this.listed
      : this.listed.filter((name) => passes(this.runFilter, name, this.given)),
  );
  private readonly chooses = $derived(chooser(this.selection, this.defaults, this.given));
  readonly selected = $derived(new Set([...this.listed, ...this.expected].filter(this.chooses)));
  /** The selected runs that are drawn. */
  readonly drawn = $derived(
    this.selected.size <= mostDrawn ? [...this.selected] : [...this.selected].slice(0, mostDrawn),
  );
  /** The crowd's rule chose fewer runs than there are, and the reader has not chosen yet. */
  readonly isCrowded = $derived(
    this.view.current.selection.base === "default" &&
      this.view.current.selection.rules.length === 0 &&
      this.defaults.size < this.catalog.total,
  );
  private readonly shownTags = $derived(this.tags.tags.filter((tag) => this.isShown(tag)));
  readonly board = new Board(
    this.view,
    () => this.shownTags,
    () => this.tagFilter,
  );
  /** The run whose front is shown above the charts. */
  readonly front = $derived.by(() => {
    const asked = this.view.current.front;
    if (asked !== null) return this.catalog.run(asked) ? asked : null;
    return this.first !== null && this.catalog.run(this.first)?.front ? this.first : null;
  });
  /** The run that was the only one when the page came: its front stays, whatever comes later. */
  private first = $state<string | null>(null);
  /** What was selected before the reader opened the front of one run. */
  private before: Selection | null = null;
  readonly otherKinds = $derived(this.tags.tags.filter((tag) => !drawnKinds.has(tag.kind)).length);

  /** Called while the page's root component is made. */
  start(): void {
    this.theme.start(linkedTheme(location.search));
    $effect(() => {
      const runs = this.drawn;
      // A run that has got another tag, or is only now listed, is asked about again.
      const key = runs.map((name) => `${name}\n${this.catalog.run(name)?.tags ?? ""}`).join("\n");
      const { selection } = this.view.current;
      untrack(() => this.tags.want(runs, key, selection));
      if (this.isSettled && this.tags.current) this.isPlaced = true;
    });
    const channel = new LiveChannel({
      message: (message) => this.pause.take(message),
      state: (state) => (this.live = state),
    });
    channel.connect();
    addEventListener("online", () => channel.hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") channel.hurry();
    });
    this.catalog.refresh();
  }

  /** The server has said what it watches: whose colours and whose view to take up. */
  private takeInfo(info: Info): void {
    const scope = info.logdirs.join("\n");
    this.looks.start(scope);
    this.view.start(scope);
    document.title = `${info.title || info.logdirs.join(", ")} · kymo`;
  }

  private takeRuns(names: readonly string[], answer: Runs): void {
    this.latest = answer.latest;
    const crowded = answer.total > crowd;
    if (this.isSettled) {
      // Later runs join what is shown: the reader wants to see what has just begun.
      const later = names === this.catalog.names ? [] : names.filter((name) => !this.seen.has(name));
      const joining = later.length > crowd ? later.filter((name) => answer.latest.includes(name)) : later;
      if (joining.length > 0) this.defaults = new Set([...this.defaults, ...joining]);
    } else if (!isSame(this.defaults, crowded ? answer.latest : names))
      this.defaults = new Set(crowded ? answer.latest : names);
    if (names !== this.catalog.names || !this.isSettled) {
      this.looks.assign(this.defaults);
      this.looks.assign(names);
    }
    if (!this.isSettled && answer.total === 1 && names.length === 1) this.first = names[0]!;
    this.isSettled ||= names.length > 0 && answer.loading === null && names.length >= answer.total;
    if (names !== this.catalog.names) for (const name of names) this.seen.add(name);
  }

  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What a run is called on the page. */
  titleOf(run: string): string {
    return titleOf(run, this.given, (name) => this.catalog.run(name) !== undefined);
  }

  runsOf(tag: Tag): string[] {
    return this.drawn.filter((name) => this.tags.has(tag, name));
  }

  /** Opens the sheet of a run. */
  open(run: string): void {
    this.openRun = run;
    this.panel = "run";
  }

  /** Shows the front of a run, with its charts alone below. */
  openFront(run: string): void {
    if (this.front === null) this.before = this.view.current.selection;
    this.view.set({ front: run, page: "overview", selection: onlyRun(run) });
    document.getElementById("charts")?.scrollTo({ top: 0 });
  }

  closeFront(): void {
    const { selection } = this.view.current;
    const isUnchanged = this.front !== null && isOnly(selection, this.front);
    this.view.set({
      front: "",
      page: "overview",
      ...(this.before && isUnchanged ? { selection: this.before } : {}),
    });
    this.before = null;
  }

  /** Shows another page of the run whose front is shown. */
  turnTo(page: RunPage): void {
    if (this.front === null || page === this.view.current.page) return;
    this.view.set({ page });
    document.getElementById("charts")?.scrollTo({ top: 0 });
  }

  selectRun(run: string, on: boolean): void {
    this.setSelection(setRun(this.view.current.selection, run, on, this.defaults, this.given));
  }

  /** A folder's runs that pass the filter; "" stands for all folders. */
  selectBelow(folder: string, on: boolean): void {
    this.setSelection(setRule(this.view.current.selection, this.ruleBelow(folder, on), this.given));
  }

  selectOnlyRun(run: string): void {
    this.setSelection(onlyRun(run));
  }

  selectOnlyBelow(folder: string): void {
    this.setSelection(onlyRule(this.ruleBelow(folder, true)));
  }

  /** A group's runs that pass the filter. */
  selectGroup(name: string, on: boolean): void {
    this.setSelection(setRule(this.view.current.selection, this.ruleOfGroup(name, on)));
  }

  selectOnlyGroup(name: string): void {
    this.setSelection(onlyRule(this.ruleOfGroup(name, true)));
  }

  private ruleOfGroup(name: string, on: boolean): Rule {
    const { expression } = this.groups.grouping;
    return { ...this.ruleBelow("", on), group: { expression: expression ?? "", name } };
  }

  private ruleBelow(below: string, on: boolean): Rule {
    const match = this.runFilter.error === null ? this.view.current.runFilter : "";
    return { below, match, on };
  }

  private setSelection(selection: Selection): void {
    this.view.set({ selection });
  }

  /** A place that the reader compares with another. */
  mark(x: number): void {
    this.view.set({ marks: addMark(this.view.current.marks, x) });
  }

  clearMarks(): void {
    if (this.view.current.marks.length > 0) this.view.set({ marks: [] });
  }

  /** Zooms and marks are in the axis' own units, so they end with it. */
  chooseAxis(x: XAxis, xTag: string | null = null): void {
    const { current } = this.view;
    if (x !== current.x || xTag !== current.xTag) this.view.set({ x, xTag, zooms: new Map(), marks: [] });
  }

  private isShown(tag: Tag): boolean {
    return drawnKinds.has(tag.kind) && !isEvents(tag) && this.drawn.some((name) => this.tags.has(tag, name));
  }

  /** Runs to be drawn that are not listed yet: the first charts do not wait for the last page of a long list. */
  private get expected(): string[] {
    if (this.catalog.complete) return [];
    const { base, flips } = this.view.current.selection;
    const named = base === "none" ? [...flips] : [];
    return [...this.latest, ...named].filter((name) => this.catalog.run(name) === undefined);
  }

  /** While the page is paused nothing on it changes but by what the reader does. */
  setPaused(on: boolean): void {
    // What waited is told before the list is held no longer, so that all of it is asked for at once.
    this.pause.set(on);
    this.catalog.hold(on);
  }

  private receive(message: LiveMessage): void {
    if (message.type === "hello") {
      this.greet(message.kymo, message.server_id);
      return;
    }
    if (message.runs !== null) this.tell(new Set(message.runs));
    // Without names the list itself tells which runs differ, once it has come.
    this.catalog.refresh(message.runs === null);
  }

  /** A new connection may have missed changes; a new server may be another version of the page's other half. */
  private greet(version: string, serverId: string): void {
    const mine = this.catalog.info?.kymo;
    if (mine !== undefined && mine !== version && reloadOnce(version)) return;
    const again = this.serverId !== null;
    if (again && serverId !== this.serverId) this.catalog.meet();
    this.serverId = serverId;
    if (again || this.catalog.error) {
      this.catalog.refresh(true);
      this.tags.refresh();
    }
  }

  private tell(runs: ReadonlySet<string> | null): void {
    for (const listener of this.listeners) listener(runs);
  }
}

/** Texts that are a run's timeline, which its page and its charts show. */
const isEvents = (tag: Tag) => tag.kind === "text" && tag.tag.startsWith("events/");

const isOnly = ({ base, rules, flips }: Selection, run: string) =>
  base === "none" && rules.length === 0 && flips.size === 1 && flips.has(run);

const isSame = (set: ReadonlySet<string>, names: readonly string[]) =>
  set.size === names.length && names.every((name) => set.has(name));

/** Reloads for a server's new version, once for each version: a stale cache must not make the page loop. */
function reloadOnce(version: string): boolean {
  try {
    if (sessionStorage.getItem("kymo:reloaded") === version) return false;
    sessionStorage.setItem("kymo:reloaded", version);
  } catch {
    return false;
  }
  location.reload();
  return true;
}

export const [useDashboard, provideDashboard] = createContext<Dashboard>();
