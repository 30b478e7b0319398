// The page's state in one place, handed to components through a context.
import { createContext } from "svelte";
import { LiveChannel, type LiveState } from "../api/live";
import type { Info, LiveMessage, RunSummary, Tag, XAxis } from "../api/types";
import { Catalog } from "./catalog.svelte";
import { Looks } from "./colours";
import { Cursor } from "./cursor.svelte";
import { makeFilter } from "./filter";
import { makeSections, type Section } from "./sections";
import { defaultRuns, isSelected, onlyRuns, setAll, setSelected } from "./selection";
import { ThemeState } from "./theme.svelte";
import { ViewState } from "./view_state.svelte";

/** Runs that changed; null: anything may have. */
type ChangeListener = (runs: ReadonlySet<string> | null) => void;

export type Panel = "help" | "warnings" | "settings" | null;

const drawnKinds = new Set(["scalar", "text"]);

export class Dashboard {
  readonly catalog = new Catalog({
    info: (info) => this.takeInfo(info),
    runs: (runs, loading) => this.takeRuns(runs, loading),
    valueTag: () => this.view.current.valueTag,
  });
  readonly view = new ViewState();
  readonly theme = new ThemeState();
  readonly cursor = new Cursor();
  live = $state<LiveState>("connecting");
  panel = $state<Panel>(null);
  runsShown = $state(true);
  looks = $state.raw(new Looks("", null));

  private readonly listeners = new Set<ChangeListener>();
  private defaults = $state.raw<ReadonlySet<string>>(new Set());
  private serverId: string | null = null;
  private seen: ReadonlySet<string> = new Set();
  /** The first whole list has come: the default selection no longer changes under the reader. */
  private isSettled = false;

  readonly runFilter = $derived(makeFilter(this.view.current.runFilter));
  readonly tagFilter = $derived(makeFilter(this.view.current.tagFilter));
  // As text, so that a list that only has newer values in it changes nothing that is derived from its names.
  private readonly namesKey = $derived(JSON.stringify(this.catalog.runs.map((run) => run.name)));
  private readonly names = $derived(JSON.parse(this.namesKey) as string[]);
  readonly filteredRuns = $derived(this.names.filter((name) => this.runFilter.matches(name)));
  readonly selected = $derived(
    new Set(this.names.filter((name) => isSelected(this.view.current.selection, name, this.defaults))),
  );
  /** The crowd's rule chose fewer runs than there are, and the reader has not chosen yet. */
  readonly isCrowded = $derived(
    this.view.current.selection.base === "default" && this.defaults.size < this.catalog.runs.length,
  );
  readonly sections = $derived<Section[]>(
    makeSections(this.catalog.tags.tags.filter((tag) => this.isShown(tag))),
  );
  readonly otherKinds = $derived(this.catalog.tags.tags.filter((tag) => !drawnKinds.has(tag.kind)).length);

  start(): void {
    this.theme.start();
    const channel = new LiveChannel({
      message: (message) => this.receive(message),
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
    this.looks = new Looks(`kymo:looks:${scope}`, browserStore());
    this.view.start(scope);
    document.title = `${info.title || info.logdirs.join(", ")} · kymo`;
  }

  private takeRuns(runs: readonly RunSummary[], loading: boolean): void {
    const names = runs.map((run) => run.name);
    this.looks.assign(names);
    const later = names.filter((name) => !this.seen.has(name));
    if (this.isSettled) {
      // Later runs join what is shown: the reader wants to see what has just begun.
      if (later.length > 0) this.defaults = new Set([...this.defaults, ...later]);
    } else this.defaults = defaultRuns(runs);
    this.isSettled = runs.length > 0 && !loading;
    this.seen = new Set(names);
  }

  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  runsOf(tag: Tag): string[] {
    const names = this.catalog.tags.runs;
    return tag.runs.map((index) => names[index] ?? "").filter((name) => this.selected.has(name));
  }

  select(runs: Iterable<string>, on: boolean): void {
    this.view.set({ selection: setSelected(this.view.current.selection, runs, on, this.defaults) });
  }

  selectOnly(runs: Iterable<string>): void {
    this.view.set({ selection: onlyRuns(runs) });
  }

  selectAll(on: boolean): void {
    const { selection } = this.view.current;
    this.view.set({ selection: setAll(selection, this.filteredRuns, this.names.length, on, this.defaults) });
  }

  /** Zooms in x are in the axis' own units, so they end with it. */
  chooseAxis(x: XAxis): void {
    if (x !== this.view.current.x) this.view.set({ x, zooms: new Map() });
  }

  private isShown(tag: Tag): boolean {
    if (!drawnKinds.has(tag.kind) || !this.tagFilter.matches(tag.tag)) return false;
    const names = this.catalog.tags.runs;
    return tag.runs.some((index) => this.selected.has(names[index] ?? ""));
  }

  private receive(message: LiveMessage): void {
    if (message.type === "hello") {
      this.greet(message.kymo, message.server_id);
      return;
    }
    if (message.runs === null) {
      this.catalog.refresh();
      this.tell(null);
      return;
    }
    this.tell(new Set(message.runs));
    this.catalog.refresh();
  }

  /** A new connection may have missed changes; a new server may be another version of the page's other half. */
  private greet(version: string, serverId: string): void {
    const mine = this.catalog.info?.kymo;
    if (mine !== undefined && mine !== version && reloadOnce(version)) return;
    const again = this.serverId !== null;
    this.serverId = serverId;
    if (again || this.catalog.error) {
      this.catalog.refresh();
      this.tell(null);
    }
  }

  private tell(runs: ReadonlySet<string> | null): void {
    for (const listener of this.listeners) listener(runs);
  }
}

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

function browserStore(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export const [useDashboard, provideDashboard] = createContext<Dashboard>();
