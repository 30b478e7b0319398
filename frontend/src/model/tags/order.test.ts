import { describe, expect, it } from "vitest";
import { naturalSort } from "./order";

const sorted = (...names: string[]) => naturalSort(names, (name) => name);

describe("naturalSort", () => {
  it.each([
    [
      ["run10", "run2", "run1"],
      ["run1", "run2", "run10"],
    ],
    [
      ["lr-0.01", "lr-0.0003", "lr-0.001"],
      ["lr-0.0003", "lr-0.001", "lr-0.01"],
    ],
    [
      ["lr-1e-2", "lr-3e-4", "lr-1e-3"],
      ["lr-3e-4", "lr-1e-3", "lr-1e-2"],
    ],
    [
      ["lr-0.1", "lr-1e-3", "lr-0.02", "lr-5e-4", "lr-0.5", "lr-1e+1"],
      ["lr-5e-4", "lr-1e-3", "lr-0.02", "lr-0.1", "lr-0.5", "lr-1e+1"],
    ],
    [
      ["lr=5e-4,bs=128", "lr=1e-3,bs=16", "lr=1E-5,bs=8", "lr=5e-4,bs=16"],
      ["lr=1E-5,bs=8", "lr=5e-4,bs=16", "lr=5e-4,bs=128", "lr=1e-3,bs=16"],
    ],
    [
      ["v1.10.2", "v1.9.3"],
      ["v1.9.3", "v1.10.2"],
    ],
    [
      ["b", "A", "a", "B"],
      ["A", "a", "B", "b"],
    ],
    [
      ["lr-0.1-seed-10", "lr-0.1-seed-9"],
      ["lr-0.1-seed-9", "lr-0.1-seed-10"],
    ],
    [
      ["a1", "a", "a01"],
      ["a", "a01", "a1"],
    ],
  ])("%j", (names, order) => expect(sorted(...names)).toEqual(order));
});
