/** The one cursor that all charts share, and the run that the reader points at in the list. */
export class Cursor {
  /** On the page's x axis; null when no chart is pointed at. */
  x = $state<number | null>(null);
  run = $state<string | null>(null);
}
