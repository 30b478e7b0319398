// The table that a reader can take along: what the pointer or the focus is on offers it.
import { formatCount } from "../../format/numbers";
import { tabbed } from "../../format/table";
import type { Toast } from "../toast.svelte";

/** The first row names the columns. */
export type Table = readonly (readonly string[])[];
type Source = () => Table | null;

export class Clip {
  private source: Source | null = null;

  constructor(private readonly toast: Pick<Toast, "say">) {}

  /** Offers a table until the returned function is called. */
  offer(source: Source): () => void {
    this.source = source;
    return () => {
      if (this.source === source) this.source = null;
    };
  }

  /** Copies what is offered; false: nothing is. */
  copyOffered(): boolean {
    const table = this.source?.() ?? null;
    if (table) void this.copy(table);
    return table !== null;
  }

  async copy(table: Table): Promise<void> {
    const text = tabbed(table);
    const done = (await written(text)) || writtenByEvent(text);
    this.toast.say(done ? copiedWords(table) : "The browser did not let the page copy.");
  }

  /** For the browser's own copying: takes part where the reader has selected nothing. */
  take(event: ClipboardEvent): void {
    if (event.defaultPrevented || !(document.getSelection()?.isCollapsed ?? true)) return;
    const table = isField(event.target) ? null : (this.source?.() ?? null);
    if (!table || !event.clipboardData) return;
    event.clipboardData.setData("text/plain", tabbed(table));
    event.preventDefault();
    this.toast.say(copiedWords(table));
  }
}

const copiedWords = ({ length }: Table) =>
  `Copied ${formatCount(length - 1)} ${length === 2 ? "row" : "rows"}`;

const isField = (target: EventTarget | null) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The clipboard's own interface is there on secure pages alone, and kymo is often served over plain HTTP. */
function writtenByEvent(text: string): boolean {
  let done = false;
  const take = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
    done = true;
  };
  document.addEventListener("copy", take, { capture: true });
  document.execCommand("copy");
  document.removeEventListener("copy", take, { capture: true });
  return done;
}
