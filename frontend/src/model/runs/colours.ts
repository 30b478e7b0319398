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
export const palette: readonly { name: string; light: string; dark: string }[] = [
  { name: "blue", light: "#305ce3", dark: "#74a8fb" },
  { name: "orange", light: "#e06f16", dark: "#ea9936" },
  { name: "green", light: "#3e9779", dark: "#36d7a8" },
  { name: "purple", light: "#990069", dark: "#ce67a7" },
  { name: "sky blue", light: "#0d9af0", dark: "#abe3ff" },
  { name: "olive", light: "#646312", dark: "#e1db3a" },
  { name: "violet", light: "#5e32a6", dark: "#8d6dea" },
  { name: "maroon", light: "#641a27", dark: "#e34830" },
];

const forms: readonly { shape: Shape; dash: readonly number[] }[] = [
  { shape: "circle", dash: [] },
  { shape: "square", dash: [6, 3] },
  { shape: "diamond", dash: [2, 3] },
  { shape: "triangle", dash: [9, 3, 2, 3] },
];

export const formNames = forms.map(({ shape, dash }) => `${shape}, ${dash.length > 0 ? "dashed" : "solid"}`);

export const lookCount = palette.length * forms.length;

/** Of runs that belong to no group, where colours tell groups apart, and of what stands for all runs. */
export const plainLook: Look = { light: "#868b92", dark: "#80858d", shape: "circle", dash: [] };

/** FNV-1a over UTF-16 units: the same name gives the same number on every machine. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function lookAt(slot: number): Look {
  const { light, dark } = palette[slot % palette.length]!;
  const form = forms[Math.floor(slot / palette.length) % forms.length]!;
  return { light, dark, ...form };
}

/**
 * Remembers which run, or which group of runs, has which look. `store` may be absent (private browsing): looks then
 * last for the page.
 */
export class Looks {
  /** Runs beyond this many have the look that their name alone gives: a browser remembers only so much. */
  static readonly most = 2000;
  private readonly slots: Map<string, number>;
  /** What the reader chose goes before what the name was given, which stays for when the choice is taken back. */
  private readonly chosen: Map<string, number>;
  private readonly taken = new Array<number>(lookCount).fill(0);

  constructor(
    private readonly key: string,
    private readonly store: Pick<Storage, "getItem" | "setItem"> | null,
  ) {
    this.slots = new Map(readSlots(store, key));
    this.chosen = new Map(readSlots(store, `${key}:chosen`));
    for (const name of new Set([...this.slots.keys(), ...this.chosen.keys()])) this.count(name, 1);
  }

  /** Gives every run a look; runs that have one keep it. */
  assign(runs: Iterable<string>): void {
    let grown = false;
    for (const run of runs) {
      if (this.slots.size >= Looks.most) break;
      if (this.slots.has(run)) continue;
      const slot = this.freeSlot(run);
      this.slots.set(run, slot);
      if (!this.chosen.has(run)) this.count(run, 1);
      grown = true;
    }
    if (grown) this.save(this.key, this.slots);
  }

  of(run: string): Look {
    return lookAt(this.chosen.get(run) ?? this.slots.get(run) ?? hashName(run) % lookCount);
  }

  /** The place of the look that the reader chose; null where it is automatic. */
  choice(run: string): number | null {
    return this.chosen.get(run) ?? null;
  }

  /** Takes the look at a place for a run; null: the automatic one again. */
  choose(run: string, slot: number | null): void {
    this.count(run, -1);
    if (slot === null) this.chosen.delete(run);
    else this.chosen.set(run, slot);
    this.count(run, 1);
    this.save(`${this.key}:chosen`, this.chosen);
  }

  private count(run: string, by: number): void {
    const slot = this.chosen.get(run) ?? this.slots.get(run);
    if (slot !== undefined) this.taken[slot]! += by;
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

  private save(key: string, slots: ReadonlyMap<string, number>): void {
    try {
      this.store?.setItem(key, JSON.stringify([...slots]));
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
