// The view that the reader sees, bound to the address and remembered for a bare one.
import { decodeView, encodeView, initialView, type View } from "./view_url";

/** What comes in many small changes, and the pause in milliseconds after which the next is a step of its own. */
const bursts: Record<string, number> = { runFilter: 1500, tagFilter: 1500, smoothing: 1500, zooms: 150 };
/** A longer fragment would break in chats and proxies: the view is then only remembered. */
const longestFragment = 8000;

export class ViewState {
  current = $state.raw<View>(initialView);
  private key = "";
  private lastChange = -Infinity;
  private lastFields = "";

  /** Takes the view from the address, or from memory when the address says none. `scope` parts log directories. */
  start(scope: string): void {
    this.key = `kymo:view:${scope}`;
    const fragment = location.hash.length > 1 ? location.hash : this.remembered();
    this.current = decodeView(fragment);
    this.write(true);
    addEventListener("popstate", () => {
      this.current = decodeView(location.hash);
      this.remember(encodeView(this.current));
      this.lastChange = -Infinity;
    });
  }

  set(change: Partial<View>): void {
    this.current = { ...this.current, ...change };
    const fields = Object.keys(change).sort().join();
    const now = performance.now();
    const together = fields === this.lastFields && now - this.lastChange < (bursts[fields] ?? 0);
    this.lastFields = fields;
    this.lastChange = now;
    this.write(together);
  }

  /** Adds the member, or takes it out, in one of the view's sets. */
  toggle(
    field: "logFlips" | "logXFlips" | "tables" | "wide" | "closed" | "closedGroups",
    member: string,
  ): void {
    const members = new Set(this.current[field]);
    if (!members.delete(member)) members.add(member);
    this.set({ [field]: members });
  }

  private write(replace: boolean): void {
    const fragment = encodeView(this.current);
    this.remember(fragment);
    if (fragment.length > longestFragment || `#${fragment}` === location.hash) return;
    const address = fragment === "" ? location.pathname + location.search : `#${fragment}`;
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }

  private remembered(): string {
    try {
      return localStorage.getItem(this.key) ?? "";
    } catch {
      return "";
    }
  }

  private remember(fragment: string): void {
    try {
      localStorage.setItem(this.key, fragment);
    } catch {
      // Without storage the view lives in the address alone.
    }
  }
}
