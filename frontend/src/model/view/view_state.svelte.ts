// The view that the reader sees, bound to the address and remembered for a bare one.
import { readLink } from "./tensorboard_url";
import { decodeView, encodeView, initialView, type View, type Zoom } from "./view_url";

/** What comes in many small changes, and the pause in milliseconds after which the next is a step of its own. */
const bursts: Record<string, number> = {
  runFilter: 1500,
  tagFilter: 1500,
  smoothing: 1500,
  heights: 1500,
  histograms: 600,
};
/** A zoom that has stood still for so many milliseconds has arrived. */
const zoomRest = 150;
/** A longer fragment would break in chats and proxies: the view is then only remembered. */
const longestFragment = 8000;
/** Says of the view what is so anyway: an address without a word is taken for that of the last view. */
const bareFragment = "x=step";

export class ViewState {
  current = $state.raw<View>(initialView);
  private key = "";
  private lastChange = -Infinity;
  private lastFields = "";
  /** A zoom on its way: the view, and the address with it, take up its beginning, and then where it comes to rest. */
  private moving = $state.raw<{ key: string; zoom: Zoom | null; again: boolean; flows: boolean } | null>(
    null,
  );
  private rest: ReturnType<typeof setTimeout> | undefined;
  /** A button of the pointer is down: what is dragged does not rest. */
  private held = false;
  /** The wheel was turned last. */
  private turned = false;

  /** Takes the view from the address, or from memory when the address says none. `scope` parts log directories. */
  start(scope: string): void {
    this.key = `kymo:view:${scope}`;
    const remembered = decodeView(this.remembered());
    this.current =
      this.followLink(remembered) ?? (location.hash.length > 1 ? decodeView(location.hash) : remembered);
    this.write(true);
    addEventListener("popstate", () => {
      this.forgetMoving();
      this.current = this.followLink(this.current) ?? decodeView(location.hash);
      this.write(true);
      this.lastChange = -Infinity;
    });
    for (const type of ["pointerdown", "pointerup", "pointercancel", "wheel", "keydown"])
      addEventListener(type, (event) => this.notice(event), { capture: true, passive: true });
  }

  /** The view of a link that was made in TensorBoard; `otherwise` where it shows none. Null: it is no such link. */
  private followLink(otherwise: View): View | null {
    const link = readLink(location.search, location.hash);
    if (link === null) return null;
    history.replaceState(null, "", location.pathname + link.search);
    return link.view ?? otherwise;
  }

  set(change: Partial<View>): void {
    if (change.zooms) this.forgetMoving();
    const fields = Object.keys(change).sort().join();
    const now = performance.now();
    const together = fields === this.lastFields && now - this.lastChange < (bursts[fields] ?? 0);
    this.lastFields = fields;
    this.lastChange = now;
    this.current = { ...this.current, ...change };
    this.write(together);
  }

  zoomOf(key: string): Zoom | null {
    return this.moving?.key === key ? this.moving.zoom : (this.current.zooms.get(key) ?? null);
  }

  /** Whether the zoom follows the pointer or the wheel, and is about to be another. */
  isMoving(key: string): boolean {
    return this.moving?.key === key && this.moving.flows;
  }

  /** Any number of times in a row while something is dragged or turned: all of it is one step of the history. */
  zoom(key: string, zoom: Zoom | null): void {
    const again = this.moving?.key === key;
    if (!again) {
      this.settle();
      this.set({ zooms: this.zoomsWith(key, zoom) });
    }
    this.moving = { key, zoom, again, flows: again && (this.held || this.turned) };
    this.restart();
  }

  private notice({ type }: Event): void {
    this.turned = type === "wheel";
    if (this.turned || type === "keydown") return;
    this.held = type === "pointerdown";
    if (this.moving) this.restart();
  }

  private restart(): void {
    clearTimeout(this.rest);
    if (!this.held) this.rest = setTimeout(() => this.settle(), zoomRest);
  }

  private settle(): void {
    const { moving } = this;
    this.forgetMoving();
    if (!moving?.again) return;
    this.current = { ...this.current, zooms: this.zoomsWith(moving.key, moving.zoom) };
    this.write(true);
  }

  private forgetMoving(): void {
    clearTimeout(this.rest);
    this.moving = null;
  }

  private zoomsWith(key: string, zoom: Zoom | null): View["zooms"] {
    const zooms = new Map(this.current.zooms);
    if (zoom) zooms.set(key, zoom);
    else zooms.delete(key);
    return zooms;
  }

  /** Adds the member, or takes it out, in one of the view's sets. */
  toggle(
    field: "logFlips" | "logXFlips" | "tables" | "wide" | "closedGroups" | "closedTags",
    member: string,
  ): void {
    const members = new Set(this.current[field]);
    if (!members.delete(member)) members.add(member);
    this.set({ [field]: members });
  }

  /** An address that shows this view to anyone, whatever they have looked at before. */
  get link(): string {
    const [page] = location.href.split("#");
    return `${page}#${encodeView(this.current) || bareFragment}`;
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
