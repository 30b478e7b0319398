import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveChannel, liveAddress, retryPause, type LiveState } from "./live";

class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readyState = 0;
  close() {}
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", { OPEN: 1, CONNECTING: 0 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("LiveChannel", () => {
  it("reconnects with growing pauses, says offline after several, and starts over once a message came", () => {
    const sockets: FakeSocket[] = [];
    const states: LiveState[] = [];
    const channel = new LiveChannel({ message: () => {}, state: (state) => states.push(state) }, () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    });
    channel.connect();
    for (let attempt = 0; attempt < 6; attempt++) {
      sockets.at(-1)!.onclose!();
      vi.advanceTimersByTime(retryPause(attempt) - 1);
      expect(sockets.length).toBe(attempt + 1);
      vi.advanceTimersByTime(1);
      expect(sockets.length).toBe(attempt + 2);
    }
    expect(states).toEqual([...Array<LiveState>(5).fill("reconnecting"), "offline"]);
    sockets.at(-1)!.onmessage!({ data: '{"type":"changed","version":1,"runs":null}' });
    sockets.at(-1)!.onclose!();
    expect(states.slice(-2)).toEqual(["live", "reconnecting"]);
    channel.close();
    vi.advanceTimersByTime(60_000);
    expect(sockets.length).toBe(7);
  });

  it("pauses at most ten seconds", () => {
    expect([0, 1, 2, 20].map(retryPause)).toEqual([250, 500, 1000, 10_000]);
  });

  it("keeps a path prefix and follows the page's scheme", () => {
    expect(liveAddress("http://localhost:6006/")).toBe("ws://localhost:6006/api/live");
    expect(liveAddress("https://host/proxy/kymo/#x=wall")).toBe("wss://host/proxy/kymo/api/live");
  });
});
