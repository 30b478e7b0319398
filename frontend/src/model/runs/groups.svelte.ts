// The groups that the reader has asked for, of all runs and of those that the list shows.
import { makeGrouping, partition, type Group, type Grouping } from "./grouping";
import type { ViewState } from "../view/view_state.svelte";

export class Groups {
  private readonly by = $derived.by(() => this.view.current.group);
  private readonly written = $derived.by(() => this.view.current.groupExpression);
  readonly grouping: Grouping = $derived(makeGrouping(this.by, this.written));
  readonly isOn = $derived(this.grouping.expression !== null);
  readonly all: readonly Group[] = $derived.by(() => this.groupsOf(this.runs()));
  /** Those of the runs that pass the filter. */
  readonly listed: readonly Group[] = $derived.by(() => this.groupsOf(this.listedRuns()));

  constructor(
    private readonly view: ViewState,
    private readonly runs: () => Iterable<string>,
    private readonly listedRuns: () => Iterable<string>,
  ) {}

  private groupsOf(runs: Iterable<string>): Group[] {
    return this.isOn ? partition(runs, this.grouping).groups : [];
  }
}
