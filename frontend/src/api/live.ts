// The live channel: connects, reconnects with growing pauses, hands messages on.
import type { LiveMessage } from "./types";

export type LiveState = "connecting" | "live" | "reconnecting" | "offline";

export interface LiveHandlers {
  message(message: LiveMessage): void;
  state(state: LiveState): void;
}

/** Pause before the n-th try (from 0), in milliseconds: doubles from a quarter second, at most ten seconds. */
export function retryPause(attempt: number): number {
  return Math.min(250 * 2 ** attempt, 10_000);
}

/** After this many failed tries the state is told as offline; trying goes on. */
const offlineAfter = 5;

export class LiveChannel {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private closed = false;

  constructor(
    private readonly handlers: LiveHandlers,
    private readonly open: () => WebSocket = () => new WebSocket(liveAddress(document.baseURI)),
  ) {}

  connect(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    const socket = this.open();
    this.socket = socket;
    socket.onmessage = (event) => {
      this.attempt = 0;
      this.handlers.state("live");
      this.handlers.message(JSON.parse(String(event.data)) as LiveMessage);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.retry();
    };
  }

  /** Tries at once when a longer pause is running; the browser calls this when the network or the tab comes back. */
  hurry(): void {
    if (this.closed || this.socket?.readyState === WebSocket.OPEN) return;
    if (this.socket?.readyState === WebSocket.CONNECTING) return;
    this.connect();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private retry(): void {
    if (this.closed) return;
    this.handlers.state(this.attempt < offlineAfter ? "reconnecting" : "offline");
    this.timer = setTimeout(() => this.connect(), retryPause(this.attempt));
    this.attempt += 1;
  }
}

export function liveAddress(base: string): string {
  const address = new URL("api/live", base);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
