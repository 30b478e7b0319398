import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Coalescer } from "./coalesce";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function gate() {
  const starts: number[] = [];
  let release = () => {};
  const task = () => {
    starts.push(Date.now());
    return new Promise<void>((resolve) => (release = resolve));
  };
  return { starts, task, finish: async () => (release(), await vi.advanceTimersByTimeAsync(0)) };
}

describe("Coalescer", () => {
  it("keeps one in flight and folds many requests into one more", async () => {
    const { starts, task, finish } = gate();
    const coalescer = new Coalescer(task, 0, Date.now);
    for (let i = 0; i < 5; i++) coalescer.request();
    expect(starts.length).toBe(1);
    await finish();
    expect(starts.length).toBe(2);
    await finish();
    expect(starts.length).toBe(2);
  });

  it("starts at once when idle, then keeps its pause", async () => {
    const { starts, task, finish } = gate();
    const coalescer = new Coalescer(task, 100, Date.now);
    coalescer.request();
    expect(starts.length).toBe(1);
    await finish();
    coalescer.request();
    coalescer.request();
    expect(starts.length).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(starts.length).toBe(2);
    expect(starts[1]! - starts[0]!).toBe(100);
  });

  it("does nothing once stopped", async () => {
    const { starts, task, finish } = gate();
    const coalescer = new Coalescer(task, 50, Date.now);
    coalescer.request();
    await finish();
    coalescer.request();
    coalescer.stop();
    await vi.advanceTimersByTimeAsync(500);
    coalescer.request();
    expect(starts.length).toBe(1);
  });
});
