// The layers of a network as rows, and the series that each has.
import type { Finding, Layer, Severity } from "../../api/types";

export interface HealthRow {
  name: string;
  type: string;
  shape: readonly number[] | null;
  parameters: number;
  /** Whether any of them is trained. */
  isTrained: boolean;
  /** The series of each column, and of the least a row can tell; null where there is none. */
  tags: Record<HealthColumn, string | null>;
  /** That of the finding which matters most and is about it. */
  severity: Severity | null;
}

export const healthColumns = ["gradient", "update", "units", "activation"] as const;
export type HealthColumn = (typeof healthColumns)[number];

export const columnWords: Record<HealthColumn, { title: string; says: string }> = {
  gradient: {
    title: "Gradient norm",
    says: "The norm of the gradient of the layer's weights. First layers that get a thousandth of the last ones hardly learn.",
  },
  update: {
    title: "Update ratio",
    says: "What a step changes, as a part of the weights. About 0.001 is usual.",
  },
  units: {
    title: "Dead or saturated",
    says: "How many units let nothing pass, or are at an end of their range, in the last samples, in percent. 0 is best.",
  },
  activation: {
    title: "Activation deviation",
    says: "The standard deviation of what the layer gives. Healthy layers have about the same.",
  },
};

const whats = {
  gradient: ["grad_norm"],
  update: ["update_ratio"],
  units: ["dead_units", "saturated_units"],
  activation: ["activation_std"],
} as const;

/** Whether a tag is of one of the columns, or of the whole network. */
export const isHealthTag = (tag: string) =>
  tag === "health/cost" ||
  Object.values(whats).some((names) =>
    names.some((what) => tag.startsWith("health/") && tag.endsWith(`/${what}`)),
  );

const order: readonly Severity[] = ["good", "notice", "warning", "critical"];

/** In the order in which layers are called; where that is not known, in that of the series. */
export function healthRows(
  layers: readonly Layer[],
  tags: ReadonlySet<string>,
  findings: readonly Pick<Finding, "layers" | "severity">[],
): HealthRow[] {
  const known = layers.length > 0 ? layers : guessed(tags);
  return known.map(({ name, type, output_shape, parameters }) => {
    const names = parameters.map((each) => each.name);
    const weights = parameters.find(({ shape }) => shape.length > 1) ?? parameters[0];
    const find = (about: string | undefined, column: HealthColumn) =>
      whats[column].map((what) => `health/${about}/${what}`).find((tag) => tags.has(tag)) ?? null;
    const worst = findings
      .filter((finding) => finding.layers.some((layer) => layer === name || names.includes(layer)))
      .map(({ severity }) => order.indexOf(severity));
    return {
      name,
      type,
      shape: output_shape,
      parameters: parameters.reduce((sum, { count }) => sum + count, 0),
      isTrained: parameters.length === 0 || parameters.some(({ trainable }) => trainable),
      tags: {
        gradient: find(weights?.name ?? name, "gradient"),
        update: find(weights?.name ?? name, "update"),
        units: find(name, "units"),
        activation: find(name, "activation"),
      },
      severity: worst.length > 0 ? order[Math.max(...worst)]! : null,
    };
  });
}

function guessed(tags: ReadonlySet<string>): Layer[] {
  const names = new Set([...tags].flatMap((tag) => /^health\/(.+)\/[^/]+$/.exec(tag)?.[1] ?? []));
  return [...names].map((name) => ({
    name,
    type: "",
    activation: "",
    output_shape: null,
    parameters: [],
    calls: 0,
  }));
}
