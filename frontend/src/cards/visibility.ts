// Tells elements when they come near the viewport. One observer serves all cards.

type Listener = (near: boolean) => void;

/** Cards are built this far before they scroll into sight. */
const margin = "400px 0px";

/**
 * The margin is around the element that scrolls: one around the viewport would not help, since what the element cuts off
 * is not in it at all.
 */
export class Visibility {
  private readonly listeners = new WeakMap<Element, Listener>();
  private observer: IntersectionObserver | null = null;

  watch(element: Element, listener: Listener): () => void {
    const observer = (this.observer ??= this.observe(element.closest("main")));
    this.listeners.set(element, listener);
    observer.observe(element);
    return () => observer.unobserve(element);
  }

  private observe(root: Element | null): IntersectionObserver {
    return new IntersectionObserver(
      (entries) => {
        for (const entry of entries) this.listeners.get(entry.target)?.(entry.isIntersecting);
      },
      { root, rootMargin: margin },
    );
  }
}
