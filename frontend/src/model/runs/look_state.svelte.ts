// Which look each run and each group is drawn in: kept for good, and as the reader chose it.
import { lookCount, Looks, plainLook, type Look } from "./colours";
import type { Groups } from "./groups.svelte";

/** Of more groups than this colours say nothing, so there is nothing to be kept either. */
const mostKept = 2 * lookCount;

/** What has a look. */
export interface Subject {
  kind: "run" | "group";
  name: string;
}

/** What a look is being chosen for, and where on the screen it was asked for. */
export interface Picking {
  subject: Subject;
  beside: DOMRect;
}

export class LookState {
  picking = $state.raw<Picking | null>(null);
  private runs = $state.raw(new Looks("", null));
  private groups = $state.raw(new Looks("", null));
  private revision = $state(0);
  /** The groups' looks, once each group has one. */
  private readonly given = $derived.by(() => {
    const { all } = this.grouped;
    if (all.length <= mostKept) this.groups.assign(all.map(({ name }) => name));
    return this.groups;
  });

  constructor(private readonly grouped: Groups) {}

  /** `scope` parts log directories. */
  start(scope: string): void {
    this.runs = new Looks(`kymo:looks:${scope}`, browserStore());
    this.groups = new Looks(`kymo:group-looks:${scope}`, browserStore());
  }

  assign(runs: Iterable<string>): void {
    this.runs.assign(runs);
  }

  /** What a run's line is drawn in: its group's look where runs are in groups. */
  of(run: string): Look {
    void this.revision;
    if (!this.grouped.isOn) return this.runs.of(run);
    return this.ofGroup(this.grouped.grouping.groupOf(run));
  }

  /** null: of the runs that are in no group. */
  ofGroup(name: string | null): Look {
    void this.revision;
    return name === null ? plainLook : this.given.of(name);
  }

  /** Whose look a run is drawn in; null: a run in no group has none of its own while others are in groups. */
  subjectOf(run: string): Subject | null {
    if (!this.grouped.isOn) return { kind: "run", name: run };
    const group = this.grouped.grouping.groupOf(run);
    return group === null ? null : { kind: "group", name: group };
  }

  /** The place of the look that the reader chose; null where it is automatic. */
  choice({ kind, name }: Subject): number | null {
    void this.revision;
    return this.looksOf(kind).choice(name);
  }

  /** null: the automatic look. */
  choose({ kind, name }: Subject, slot: number | null): void {
    this.looksOf(kind).choose(name, slot);
    this.revision += 1;
  }

  private looksOf(kind: Subject["kind"]): Looks {
    return kind === "run" ? this.runs : this.groups;
  }
}

function browserStore(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
