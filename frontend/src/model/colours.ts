// A run's look: one of eight colours that stay apart under colour-blindness, and a shape with its dash.
// A look is chosen by the run's name, moved on where it is taken, and kept for good.

export type Shape = "circle" | "square" | "diamond" | "triangle";

export interface Look {
  light: string;
  dark: string;
  shape: Shape;
  /** Canvas dash pattern in CSS pixels; empty for a solid line. */
  dash: readonly number[];
}

/** Pairs for a white and for a near-black ground, the same hue at the same place. */
export const palette: readonly { light: string; dark: string }[] = [
  { light: "#305ce3", dark: "#74a8fb" },
  { light: "#e06f16", dark: "#ea9936" },
  { light: "#3e9779", dark: "#36d7a8" },
  { light: "#990069", dark: "#ce67a7" },
  { light: "#0d9af0", dark: "#abe3ff" },
  { light: "#646312", dark: "#e1db3a" },
  { light: "#5e32a6", dark: "#8d6dea" },
  { light: "#641a27", dark: "#e34830" },
];

const forms: readonly { shape: Shape; dash: readonly number[] }[] = [
  { shape: "circle", dash: [] },
  { shape: "square", dash: [6, 3] },
  { shape: "diamond", dash: [2, 3] },
  { shape: "triangle", dash: [9, 3, 2, 3] },
];

export const lookCount = palette.length * forms.length;

/** FNV-1a over UTF-16 units: the same name gives the same number on every machine. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function lookAt(slot: number): Look {
  const colour = palette[slot % palette.length]!;
  const form = forms[Math.floor(slot / palette.length) % forms.length]!;
  return { ...colour, ...form };
}

/** Remembers which run has which look. `store` may be absent (private browsing): looks then last for the page. */
export class Looks {
  /** Runs beyond this many have the look that their name alone gives: a browser remembers only so much. */
  static readonly most = 2000;
  private readonly slots: Map<string, number>;
  private readonly taken = new Array<number>(lookCount).fill(0);

  constructor(
    private readonly key: string,
    private readonly store: Pick<Storage, "getItem" | "setItem"> | null,
  ) {
    this.slots = new Map(readSlots(store, key));
    for (const slot of this.slots.values()) this.taken[slot]! += 1;
  }

  /** Gives every run a look; runs that have one keep it. */
  assign(runs: Iterable<string>): void {
    let grown = false;
    for (const run of runs) {
      if (this.slots.size >= Looks.most) break;
      if (this.slots.has(run)) continue;
      const slot = this.freeSlot(run);
      this.slots.set(run, slot);
      this.taken[slot]! += 1;
      grown = true;
    }
    if (grown) this.save();
  }

  of(run: string): Look {
    return lookAt(this.slots.get(run) ?? hashName(run) % lookCount);
  }

  /** Plain shapes fill up first; when every look is taken the least used one serves again. */
  private freeSlot(run: string): number {
    const first = hashName(run) % palette.length;
    const fewest = Math.min(...this.taken);
    for (let form = 0; form < forms.length; form++) {
      for (let i = 0; i < palette.length; i++) {
        const slot = form * palette.length + ((first + i) % palette.length);
        if (this.taken[slot] === fewest) return slot;
      }
    }
    return first;
  }

  private save(): void {
    try {
      this.store?.setItem(this.key, JSON.stringify([...this.slots]));
    } catch {
      // A full or forbidden store costs only the memory of looks beyond this page.
    }
  }
}

function readSlots(store: Pick<Storage, "getItem"> | null, key: string): [string, number][] {
  try {
    const entries: unknown = JSON.parse(store?.getItem(key) ?? "[]");
    return Array.isArray(entries) ? entries.filter(isSlot) : [];
  } catch {
    return [];
  }
}

function isSlot(entry: unknown): entry is [string, number] {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [name, slot] = entry as unknown[];
  return (
    typeof name === "string" &&
    typeof slot === "number" &&
    Number.isInteger(slot) &&
    slot >= 0 &&
    slot < lookCount
  );
}
