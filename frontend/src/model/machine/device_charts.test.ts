import { expect, test } from "vitest";
import type { Tag } from "../../api/types";
import { chartOf, deviceGroups, scaleOfChart } from "./device_charts";

const tag = (name: string, description = ""): Tag =>
  ({ tag: name, kind: "scalar", display_name: "", description, runs: [[0, 0]] }) as Tag;

test("GPUs come in their order and before the host, what says most first", () => {
  const groups = deviceGroups(
    [
      "host/load",
      "host/cpu",
      "device/gpu10/utilization",
      "device/gpu2/power",
      "device/gpu2/utilization",
      "pipeline/step",
      "host/deep/er",
      "device/odd",
    ].map((name) => tag(name)),
  );
  expect(groups.map(({ name }) => name)).toEqual(["GPU 2", "GPU 10", "Host"]);
  expect(groups[0]!.charts.map(({ title }) => title)).toEqual(["Utilization", "Power"]);
  expect(groups[2]!.charts.map(({ title }) => title)).toEqual(["CPU"]);
  expect(groups[2]!.others.map(({ title }) => title)).toEqual(["Load"]);
});

test("shares have one scale, amounts begin at zero, and what never comes near zero does not", () => {
  const scale = (description: string, values: number[]) =>
    scaleOfChart(chartOf("host/x", "x", description), values);
  expect(scale("Busy, in percent.", [20, 40])).toEqual([0, 100]);
  expect(scale("Busy, in percent.", [20, 101])).toEqual([0, 100]);
  expect(scale("Busy, in percent.", [20, 250])).toEqual([0, 250]);
  expect(scale("Read, in bytes.", [20, 40, NaN])).toEqual([0, 40]);
  expect(scale("Temperature, in °C.", [50, 60])).toEqual([49, 61]);
  expect(scale("Read, in bytes.", [])).toEqual([0, 1]);
  expect(scale("Read, in bytes.", [0])).toEqual([0, 1]);
});
