import { describe, expect, it } from "vitest";
import type { Layer } from "../../api/types";
import { healthRows, isHealthTag } from "./health_rows";

const layer = (name: string, type: string, ...shapes: number[][]): Layer => ({
  name,
  type,
  activation: "",
  output_shape: [8],
  parameters: shapes.map((shape, at) => ({
    name: `${name}.${at === 0 ? "bias" : "weight"}`,
    shape,
    count: shape.reduce((product, size) => product * size, 1),
    trainable: true,
  })),
  calls: 1,
});

describe("healthRows", () => {
  const tags = new Set(["health/0.weight/grad_norm", "health/0.bias/grad_norm", "health/1/dead_units", "health/1/activation_std"]); // prettier-ignore

  it("gives each layer the series of its weights and of what it gives, and its worst finding", () => {
    const findings = [
      { layers: ["1"], severity: "warning" as const },
      { layers: ["0.weight", "1"], severity: "critical" as const },
    ];
    const rows = healthRows([layer("0", "Linear", [8], [8, 4]), layer("1", "ReLU"), layer("2", "Linear", [1])], tags, findings); // prettier-ignore
    expect(rows.map(({ name, parameters, severity }) => [name, parameters, severity])).toEqual([
      ["0", 40, "critical"],
      ["1", 0, "critical"],
      ["2", 1, null],
    ]);
    expect(rows[0]!.tags.gradient).toBe("health/0.weight/grad_norm");
    expect(rows[1]!.tags).toEqual({
      gradient: null,
      update: null,
      units: "health/1/dead_units",
      activation: "health/1/activation_std",
    });
  });

  it("goes by the series where the layers are not known", () => {
    expect(healthRows([], tags, []).map(({ name }) => name)).toEqual(["0.weight", "0.bias", "1"]);
  });

  it("asks for no more series than the columns show", () => {
    const asked = ["health/a.b/grad_norm", "health/grad_norm", "health/cost", "health/a/weight_mean", "train/grad_norm"]; // prettier-ignore
    expect(asked.map(isHealthTag)).toEqual([true, true, true, false, false]);
  });
});
