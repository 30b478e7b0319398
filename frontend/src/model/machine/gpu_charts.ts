// What only a GPU tells of a run's steps: which of its series are drawn, in which order, called what.
import { chartOf, type SensorChart } from "./device_charts";
import { phaseTag } from "./phases";

/** What decides what to change, the most important first. */
const chosen = [
  ["gpu_wait_share", "GPU idle, no batch"],
  ["gpu_copy", "Exposed wait for copies"],
  ["gpu_lag", "GPU behind the host"],
  ["gpu_lag_peak", "Behind at most"],
  ["copy_rate", "Copy rate"],
  ["copy_bytes", "Copied in a step"],
  ["copy_pinned", "From pinned memory"],
] as const;

/** What is seldom looked at. */
const others = [
  ["gpu_wait", "GPU idle in a step"],
  ["gpu_forward", "Forward, on the GPU"],
  ["gpu_backward", "Backward, on the GPU"],
  ["gpu_optimizer", "Optimizer, on the GPU"],
  ["copy_floats", "Wide floats, copied"],
] as const;

export interface GpuCharts {
  charts: SensorChart[];
  others: SensorChart[];
}

/** Those of the series that have anything to draw; null: none has. */
export function gpuCharts(
  has: (tag: string) => boolean,
  descriptionOf: (tag: string) => string,
): GpuCharts | null {
  const found = (series: readonly (readonly [string, string])[]) =>
    series.flatMap(([name, title]) => {
      const tag = phaseTag(name);
      return has(tag) ? [{ ...chartOf(tag, name, descriptionOf(tag)), title }] : [];
    });
  const drawn = { charts: found(chosen), others: found(others) };
  return drawn.charts.length + drawn.others.length > 0 ? drawn : null;
}
