// Tells elements when they come near the viewport. One observer serves all cards.

type Listener = (near: boolean) => void;

/** Cards are built this far before they scroll into sight. */
const margin = "400px 0px";

export class Visibility {
  private readonly listeners = new WeakMap<Element, Listener>();
  private readonly observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) this.listeners.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: margin },
  );

  watch(element: Element, listener: Listener): () => void {
    this.listeners.set(element, listener);
    this.observer.observe(element);
    return () => this.observer.unobserve(element);
  }
}
