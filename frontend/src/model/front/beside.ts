// The run that a page of another run is compared with.
import type { Dashboard } from "../dashboard.svelte";

/** null where none is asked for, or it is gone. */
export function besideOf(dashboard: Dashboard, run: string): string | null {
  const { beside } = dashboard.view.current;
  return beside !== null && beside !== run && dashboard.catalog.run(beside) ? beside : null;
}
