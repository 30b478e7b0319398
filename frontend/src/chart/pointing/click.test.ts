import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Clicks } from "./click";

const at = (clientX: number, change = {}) => ({ clientX, clientY: 0, button: 0, shiftKey: false, ...change });

describe("Clicks", () => {
  let told: string[] = [];
  let clicks: Clicks<number>;
  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    clicks = new Clicks<number>({
      begun: (place) => told.push(`begun ${place}`),
      done: (place) => told.push(`done ${place}`),
      undone: () => told.push("undone"),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("waits for a second click before it is sure", () => {
    clicks.press(at(10));
    clicks.click(at(12), 1, 7);
    expect(told).toEqual(["begun 7"]);
    vi.runAllTimers();
    expect(told).toEqual(["begun 7", "done 7"]);
  });

  it("takes the first half of a double click back", () => {
    clicks.press(at(10));
    clicks.click(at(10), 1, 7);
    clicks.click(at(10), 2, 7);
    vi.runAllTimers();
    expect(told).toEqual(["begun 7", "undone"]);
  });

  it("ignores drags, other buttons, and clicks that mean something else", () => {
    clicks.click(at(10), 1, 7);
    clicks.press(at(10));
    clicks.click(at(14), 1, 7);
    clicks.click(at(10, { shiftKey: true }), 1, 7);
    clicks.click(at(10, { button: 1 }), 1, 7);
    vi.runAllTimers();
    expect(told).toEqual([]);
  });
});
