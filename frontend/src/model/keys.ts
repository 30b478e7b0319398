// The keys that work everywhere, and what the help says of them.
import type { XAxis } from "../api/types";
import type { Dashboard } from "./dashboard.svelte";
import { nextMode, type HistogramView } from "./view/histogram_view";

export const keyHelp: { title: string; keys: [string, string][] }[] = [
  {
    title: "Anywhere",
    keys: [
      ["/", "filter charts by tag"],
      ["r", "filter runs"],
      ["g r", "go to the runs"],
      ["g t", "go to the tags"],
      ["g c", "go to the charts"],
      ["g w", "go to the warnings"],
      [
        "g o  g p  g m  g n  g h",
        "overview, pipeline, devices, network, histograms of the run whose page is open",
      ],
      ["g d", "go to the trash (deleted runs)"],
      ["s", "smoothing"],
      ["x", "next horizontal axis"],
      ["l  L", "logarithmic y axis, x axis"],
      ["0", "reset every zoom"],
      ["p", "pause: nothing changes by itself; again to go on"],
      ["b", "show or hide the runs panel"],
      ["t", "theme: automatic, light, dark"],
      ["?", "this help"],
    ],
  },
  {
    title: "In the runs list",
    keys: [
      ["↑ ↓", "move"],
      ["Space", "show or hide the run or group"],
      ["Enter", "show only this one"],
      ["← →", "fold, unfold"],
      ["c", "colour of the run"],
      ["f", "star, or take the star away"],
      ["z", "archive, or take back out of the archive"],
      ["o", "open the run's page: how it is doing"],
      ["e", "name, note and everything about the run"],
      ["Delete", "move the run or group to the trash"],
      ["a  n", "show all, none (of those that pass the filter)"],
    ],
  },
  {
    title: "In a chart",
    keys: [
      ["drag", "zoom, at full resolution"],
      ["double click, 0", "show all"],
      ["Shift drag, Shift wheel, Shift ← →", "move along x"],
      ["← →", "move the cursor"],
      ["+  −, Ctrl or Alt wheel, pinch", "zoom at the cursor"],
      ["click, Space", "mark A, then B, for comparison in every table"],
      ["Esc", "clear the marks"],
      ["i", "table of the chart's data"],
      ["c, Ctrl C", "copy the values under the cursor, as a table"],
      ["l  L  w", "logarithmic y, logarithmic x, full width"],
      ["m", "pin, or let go"],
      ["j", "join with another chart, split"],
    ],
  },
  {
    title: "In a run's histograms",
    keys: [
      ["h", "next way to draw them all"],
      ["← →, Home, End", "move the step that all cards tell of"],
      ["Enter, click", "show that histogram large"],
      ["drag, double click", "some of the steps, all of them"],
      ["Esc", "let go of the step, close the large one"],
    ],
  },
  {
    title: "At a chart's lower edge",
    keys: [
      ["↑ ↓", "lower, higher"],
      ["← →", "one column, full width"],
      ["Enter", "back to its own height"],
    ],
  },
  {
    title: "In the tree of tags",
    keys: [
      ["↑ ↓", "move"],
      ["← →", "fold, unfold"],
      ["Enter", "go to the chart or section"],
    ],
  },
];

/** A second key counts as part of `g …` for this long, in milliseconds. */
const sequencePause = 1200;

const axisOrder: readonly XAxis[] = ["step", "epoch", "relative", "wall"];

export class Keys {
  private wentAt = -Infinity;

  constructor(private readonly dashboard: Dashboard) {}

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    if (document.querySelector("dialog[open], :popover-open")) return;
    const going = event.timeStamp - this.wentAt < sequencePause;
    this.wentAt = -Infinity;
    const action = going ? this.destinations[event.key] : this.actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  }

  private readonly destinations: Record<string, () => void> = {
    r: () => this.showSide("runs", "runs"),
    t: () => this.showSide("tags", "tags"),
    c: () => focus("charts"),
    w: () => (this.dashboard.panel = "warnings"),
    o: () => this.dashboard.turnTo("overview"),
    p: () => this.dashboard.turnTo("pipeline"),
    m: () => this.dashboard.turnTo("devices"),
    n: () => this.dashboard.turnTo("health"),
    h: () => this.dashboard.turnTo("histograms"),
    d: () => (this.dashboard.panel = "trash"),
  };

  private readonly actions: Record<string, (event: KeyboardEvent) => void> = {
    g: (event) => (this.wentAt = event.timeStamp),
    "/": () => focus("tag-filter"),
    r: () => this.showSide("runs", "run-filter"),
    s: () => focus("smoothing"),
    x: () => {
      const next = axisOrder[(axisOrder.indexOf(this.dashboard.view.current.x) + 1) % axisOrder.length]!;
      this.dashboard.chooseAxis(next);
    },
    l: () => this.dashboard.view.set({ logY: !this.dashboard.view.current.logY, logFlips: new Set() }),
    L: () => this.dashboard.view.set({ logX: !this.dashboard.view.current.logX, logXFlips: new Set() }),
    "0": () => this.dashboard.view.set({ zooms: new Map() }),
    b: () => (this.dashboard.runsShown = !this.dashboard.runsShown),
    p: () => this.dashboard.setPaused(!this.dashboard.pause.on),
    t: () => this.dashboard.theme.next(),
    c: () => this.dashboard.clip.copyOffered(),
    h: () => this.drawOtherwise(),
    Escape: () => this.letGo(),
    "?": () => (this.dashboard.panel = "help"),
  };

  /** null where no histograms are looked at. */
  private get histograms(): HistogramView | null {
    const { front, page, histograms } = this.dashboard.view.current;
    return front !== null && page === "histograms" ? histograms : null;
  }

  private drawOtherwise(): void {
    const { histograms } = this;
    if (!histograms) return;
    this.dashboard.view.set({ histograms: { ...histograms, mode: nextMode(histograms.mode) } });
  }

  private letGo(): void {
    const { histograms } = this;
    if (histograms?.pinned) this.dashboard.view.set({ histograms: { ...histograms, pinned: null } });
    else this.dashboard.clearMarks();
  }

  private showSide(side: "runs" | "tags", id: string): void {
    this.dashboard.runsShown = true;
    if (this.dashboard.view.current.side !== side) this.dashboard.view.set({ side });
    // The panel may have to be built first.
    requestAnimationFrame(() => focus(id));
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["range", "checkbox", "radio"].includes(target.type);
  return (
    target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

function focus(id: string): void {
  document.getElementById(id)?.focus();
}
