// Cards that change their place because the reader wants it: the page and the focus stay with the reader.
import { tick } from "svelte";
import type { Card } from "../model/layout/card";
import type { Dashboard } from "../model/dashboard.svelte";
import { closedAround } from "../model/layout/folding";
import { pathsTo } from "../model/tags/tag_path";

/** How long a chart may take to be built before the focus stays on its place, in milliseconds. */
const patience = 30_000;

export const slotOf = (key: string) =>
  document.querySelector<HTMLElement>(`[data-card="${CSS.escape(key)}"]`);

export const headingId = (section: string) => `section:${section}`;

/** Changes what stands where, and scrolls so that a card stays where it is on the screen. */
export async function holdCard(key: string, change: () => void): Promise<void> {
  const before = slotOf(key)?.getBoundingClientRect().top;
  change();
  await tick();
  const slot = slotOf(key);
  if (before === undefined || !slot) return;
  scroller().scrollTop += slot.getBoundingClientRect().top - before;
}

/** Pins a card, or lets it go. `follow`: the focus goes with it; else what is around it stays in sight. */
export async function pinCard(dashboard: Dashboard, card: Card, follow: boolean): Promise<void> {
  const pin = () => dashboard.board.togglePin(card);
  if (follow) {
    pin();
    await showCard(dashboard, card);
  } else await holdCard(neighbourOf(card.key) ?? card.key, pin);
}

/** Brings a card into view, unfolded, and puts the focus on it. */
export async function showCard(dashboard: Dashboard, card: Card): Promise<void> {
  dashboard.board.reveal(card);
  dashboard.board.sought = card.key;
  await tick();
  const slot = slotOf(card.key);
  if (!slot) return;
  slot.scrollIntoView({ block: "nearest" });
  slot.dataset["found"] = "";
  slot.focus({ preventScroll: true });
  await focusChart(slot);
}

/** Brings the heading over a folder's cards into view, folded or not, and puts the focus on it. */
export async function showFolder({ board, view }: Dashboard, path: string, first: Card): Promise<void> {
  const section =
    board.sections.find(({ name }) => pathsTo(name).includes(path)) ??
    board.sections.find(({ cards }) => cards.includes(first));
  if (!section) return;
  // A card may stand in another section than its own while others come.
  board.sought = section.cards[0]?.key ?? null;
  await tick();
  const slot = board.sought === null ? null : slotOf(board.sought);
  const closed = closedAround(section.name, view.current.closed) ?? section.name;
  const heading = slot?.closest("section")?.querySelector<HTMLElement>("h2 button");
  const found = heading ?? document.getElementById(headingId(closed));
  found?.scrollIntoView({ block: "start" });
  found?.focus({ preventScroll: true });
}

const scroller = () => document.getElementById("charts")!;

/** The first card in sight that is another one. */
function neighbourOf(key: string): string | null {
  const { top, bottom } = scroller().getBoundingClientRect();
  for (const slot of document.querySelectorAll<HTMLElement>("[data-card]")) {
    const box = slot.getBoundingClientRect();
    if (box.bottom > top && box.top < bottom && slot.dataset["card"] !== key) return slot.dataset["card"]!;
  }
  return null;
}

/** A chart is built when its place comes into view: until it is there, the place itself has the focus. */
function focusChart(slot: HTMLElement): Promise<void> {
  const find = () => slot.querySelector<HTMLElement>(".chart, .prose");
  return new Promise((resolve) => {
    const end = () => {
      watcher.disconnect();
      clearTimeout(timer);
      resolve();
    };
    const look = () => {
      if (document.activeElement !== slot) return end();
      const chart = find();
      if (!chart) return;
      chart.focus({ preventScroll: true });
      end();
    };
    const watcher = new MutationObserver(look);
    watcher.observe(slot, { childList: true, subtree: true });
    const timer = setTimeout(end, patience);
    look();
  });
}
