// What the server knows: its runs, and how far loading is. Fetches what has changed when something has.
import * as client from "../../api/client";
import { explain } from "../../api/failure";
import type { Info, Loading, RunNotes, Runs, RunSummary } from "../../api/types";
import { Coalescer } from "../coalesce";
import { RunList } from "./run_list";
import { noMarks, type RunMarks } from "./run_marks";

/** Least time between two fetches of the list while only points are added, in milliseconds. */
const listPause = 250;
const loadingPause = 200;
const errorPause = 3000;
/** While many pages come, the list is shown anew whenever it has grown by this factor: sorting it takes its time. */
const growth = 2;

/** Told before a new answer is shown, so that nothing is drawn without its colour and its place in the selection. */
export interface CatalogListener {
  info(info: Info): void;
  /** `names`: all that are listed so far. */
  runs(names: readonly string[], answer: Runs): void;
  /** What was not told before has come: these runs have changed; null: any may have. */
  changed(runs: ReadonlySet<string> | null): void;
  /** The tag whose newest value the list shall show; null: whichever says most. */
  valueTag(): string | null;
}

export class Catalog {
  info = $state.raw<Info | null>(null);
  names = $state.raw<readonly string[]>([]);
  marks = $state.raw<RunMarks>(noMarks);
  /** How many runs there are, listed or not. */
  total = $state(0);
  warningCount = $state(0);
  loading = $state.raw<Loading | null>(null);
  /** The tag of the values in the list that is shown. */
  valueTag = $state<string | null>(null);
  /** An answer has arrived at least once. */
  ready = $state(false);
  /** Every run was listed once. */
  complete = $state(false);
  error = $state<string | null>(null);

  private revision = $state(0);
  private readonly list = new RunList();
  private isNewServer = false;
  private untold = false;
  private held = false;
  private due = false;
  /**
   * Runs whose change an answer has brought that nobody was told of: the message about it may be still to come. Null: any.
   */
  private silent: Set<string> | null = new Set();
  private askedTag: string | null = null;
  private readonly lists = new Coalescer(() => this.fetchLists(), listPause);
  private poll: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: CatalogListener) {}

  /** `tell`: whether nobody knows yet which runs have changed. */
  refresh(tell = false): void {
    this.untold ||= tell;
    if (this.held) this.due = true;
    else this.lists.request();
  }

  /** Another server may be of another kind; asking it is also what lets this page change something. */
  meet(): void {
    this.isNewServer = true;
  }

  /** Fetches what the reader asks for, held or not. */
  ask(): void {
    this.lists.request();
  }

  /** While held, the list stays as it is; what it would have been refreshed for is made up for afterwards. */
  hold(on: boolean): void {
    this.held = on;
    if (!on && this.due) this.lists.request();
  }

  run(name: string): RunSummary | undefined {
    void this.revision;
    return this.list.byName.get(name);
  }

  private async fetchLists(): Promise<void> {
    clearTimeout(this.poll);
    const tell = this.untold;
    this.untold = this.due = false;
    try {
      const asked = this.listener.valueTag();
      // Another tag is another value of every run.
      const since = asked === this.askedTag ? this.list.version : null;
      const [info, answer] = await Promise.all([
        this.info && !this.isNewServer ? this.info : client.getInfo(),
        client.getRuns(asked, since, null),
      ]);
      // Another server's versions are others: what has changed since one of them says nothing.
      const first = this.list.accepts(answer) ? answer : await client.getRuns(asked, null, null);
      if (!this.info) this.listener.info(info);
      if (info !== this.info) this.isNewServer = false;
      this.info = info;
      const changed = await this.takePages(first, asked);
      this.askedTag = asked;
      this.error = null;
      this.pass(changed, tell || first.since === null);
      // The view, which the server's name for itself has brought, may ask for another tag.
      if (asked !== this.listener.valueTag()) this.ask();
      // While files are still being read the list grows without a message for each step.
      if (this.loading) this.poll = setTimeout(() => this.refresh(), loadingPause);
    } catch (error) {
      this.untold ||= tell;
      this.error = explain(error);
      this.poll = setTimeout(() => this.refresh(), errorPause);
    }
  }

  /** Tells which runs have changed, unless the messages about them will, or the reader has to let it be told first. */
  private pass(changed: ReadonlySet<string> | null, isNews: boolean): void {
    if (changed === null) this.silent = null;
    else for (const name of changed) this.silent?.add(name);
    if (isNews && this.held) this.untold = this.due = true;
    else if (isNews) {
      this.listener.changed(this.silent);
      this.silent = new Set();
    }
  }

  /** Returns the runs that may have changed; null: any. */
  private async takePages(first: Runs, asked: string | null): Promise<ReadonlySet<string> | null> {
    const { list } = this;
    const isFirst = !this.complete;
    const changed = new Set(list.begin(first));
    this.publish(first);
    let answer = first;
    while (answer.next !== null) {
      answer = await client.getRuns(asked, first.since, answer.next);
      if (!list.continues(answer)) {
        // Another server, or another tag that says most: what was listed so far is of no use.
        list.version = null;
        this.untold = true;
        this.ask();
        return new Set();
      }
      for (const name of list.take(answer)) changed.add(name);
      if (list.byName.size >= growth * this.names.length) this.publish(answer);
    }
    list.end();
    this.publish(answer);
    this.complete = true;
    if (first.since !== null) return changed;
    // What is drawn of the first list was asked for while it came.
    return isFirst ? new Set() : null;
  }

  /** What the server has answered to a change of the reader's need not wait for the list that tells it, too. */
  takeNotes(name: string, notes: RunNotes): void {
    this.list.note(name, notes);
    this.show();
  }

  /** Runs that the reader has put into the trash. */
  takeOut(runs: readonly string[]): void {
    const before = this.list.byName.size;
    this.list.remove(runs);
    this.total -= before - this.list.byName.size;
    this.show();
  }

  private show(): void {
    this.list.settle();
    this.names = this.list.names;
    this.marks = this.list.marks;
    this.revision += 1;
  }

  private publish(answer: Runs): void {
    this.list.settle();
    this.listener.runs(this.list.names, answer);
    this.show();
    this.total = answer.total;
    this.warningCount = answer.warnings;
    this.valueTag = answer.value_tag;
    this.loading = answer.loading;
    this.ready = true;
  }
}
