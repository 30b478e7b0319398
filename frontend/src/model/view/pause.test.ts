import { describe, expect, it } from "vitest";
import type { LiveMessage } from "../../api/types";
import { Pause } from "./pause.svelte";

const hello = (server_id: string, version: number): LiveMessage => ({
  type: "hello",
  kymo: "1",
  server_id,
  version,
});
const changed = (version: number, ...runs: string[]): LiveMessage => ({ type: "changed", version, runs });
const anything = (version: number): LiveMessage => ({ type: "changed", version, runs: null });

function listening() {
  const heard: LiveMessage[] = [];
  return { heard, pause: new Pause((message) => heard.push(message)) };
}

describe("Pause", () => {
  it("lets everything through while it is off", () => {
    const { heard, pause } = listening();
    pause.take(hello("one", 1));
    pause.take(changed(2, "a"));
    expect(heard).toEqual([hello("one", 1), changed(2, "a")]);
    expect(pause.waiting).toBe(0);
  });

  it("keeps what comes, counts the runs, and hands it on as one", () => {
    const { heard, pause } = listening();
    pause.set(true);
    pause.take(changed(2, "a", "b"));
    pause.take(changed(3, "b", "c"));
    expect(heard).toEqual([]);
    expect(pause.waiting).toBe(3);
    pause.set(false);
    expect(heard).toEqual([changed(3, "a", "b", "c")]);
    expect(pause.waiting).toBe(0);
    pause.take(changed(4, "a"));
    expect(heard).toHaveLength(2);
  });

  it("says that anything may have changed where a message said so", () => {
    const { heard, pause } = listening();
    pause.set(true);
    pause.take(anything(2));
    pause.take(changed(3, "a"));
    pause.take(anything(4));
    expect(pause.waiting).toBe(2);
    pause.set(false);
    expect(heard).toEqual([anything(4)]);
  });

  it("greets last the server that is there, before what has changed on it", () => {
    const { heard, pause } = listening();
    pause.set(true);
    pause.take(hello("one", 8));
    pause.take(changed(9, "a"));
    pause.take(hello("two", 1));
    expect(pause.waiting).toBe(1);
    pause.set(false);
    expect(heard).toEqual([hello("two", 1), changed(1, "a")]);
  });

  it("hands on nothing twice, and nothing where nothing came", () => {
    const { heard, pause } = listening();
    pause.set(true);
    pause.set(false);
    pause.set(true);
    pause.take(changed(2, "a"));
    pause.set(false);
    pause.set(true);
    pause.set(false);
    expect(heard).toEqual([changed(2, "a")]);
  });
});
