// The charts of the devices' page: which there are of a run's series, in which order, called what.
import type { Tag } from "../../api/types";
import { unitOf } from "./units";

export interface SensorChart {
  tag: string;
  title: string;
  description: string;
  unit: string;
  /** Where its scale ends; null: the values decide. */
  top: number | null;
  /** Whether its scale begins at zero. */
  grounded: boolean;
}

export interface DeviceGroup {
  name: string;
  charts: SensorChart[];
  /** What is seldom looked at. */
  others: SensorChart[];
}

/** What says most about a device, the most important first. */
const chosen = {
  device: [
    "utilization",
    "sm_active",
    "memory_bandwidth",
    "memory",
    "power",
    "temperature",
    "clock_sm",
    "pcie_received",
  ],
  host: [
    "cpu",
    "process_cpu",
    "workers_cpu",
    "process_core_wait",
    "workers_core_wait",
    "memory",
    "process_memory",
    "workers_memory",
    "process_disk_read",
    "disk_read",
    "pressure_io",
  ],
} as const;

const words: Record<string, string> = {
  cpu: "CPU",
  process_cpu: "CPU, training",
  workers_cpu: "CPU, workers",
  process_core_wait: "No core, training",
  workers_core_wait: "No core, workers",
  process_memory: "Memory, training",
  workers_memory: "Memory, workers",
  process_disk_read: "Disk read, training",
  sm_active: "SMs at work",
  clock_sm: "Clock",
  pcie_received: "PCIe received",
  pcie_sent: "PCIe sent",
  pressure_cpu: "Pressure, CPU",
  pressure_io: "Pressure, disk",
  pressure_memory: "Pressure, memory",
};

const titleOf = (name: string) =>
  words[name] ?? (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");

/** GPUs first, then the host; a group without its own series does not come. */
export function deviceGroups(tags: readonly Tag[]): DeviceGroup[] {
  const found = new Map<string, SensorChart[]>();
  for (const { tag, description } of tags) {
    const [kind, ...rest] = tag.split("/");
    if (rest.length !== (kind === "device" ? 2 : kind === "host" ? 1 : -1)) continue;
    const group = kind === "device" ? rest[0]! : "host";
    const charts = found.get(group) ?? [];
    charts.push(chartOf(tag, rest.at(-1)!, description));
    found.set(group, charts);
  }
  const names = [...found.keys()]
    .filter((name) => name !== "host")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (found.has("host")) names.push("host");
  return names.map((name) => divided(name, found.get(name)!));
}

function divided(group: string, charts: SensorChart[]): DeviceGroup {
  const order: readonly string[] = group === "host" ? chosen.host : chosen.device;
  const rank = ({ tag }: SensorChart) => order.indexOf(tag.slice(tag.lastIndexOf("/") + 1));
  return {
    name: group === "host" ? "Host" : group.replace(/^gpu(\d+)$/, "GPU $1"),
    charts: charts.filter((chart) => rank(chart) >= 0).sort((a, b) => rank(a) - rank(b)),
    others: charts.filter((chart) => rank(chart) < 0).sort((a, b) => a.tag.localeCompare(b.tag)),
  };
}

/** A chart of any series that a sensor tells. */
export function chartOf(tag: string, name: string, description: string): SensorChart {
  const unit = unitOf(description);
  return {
    tag,
    title: titleOf(name),
    description,
    unit,
    top: unit === "%" ? 100 : null,
    grounded: unit !== "°C" && unit !== "MHz",
  };
}

/** From where to where a chart's scale goes. */
export function scaleOfChart({ top, grounded }: SensorChart, values: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, top ?? 1];
  // What is measured is a little more than all of it now and then.
  const end = top === null || high > 1.05 * top ? high : top;
  if (grounded) return [Math.min(0, low), end > Math.min(0, low) ? end : 1];
  const room = (end - low) * 0.1 || 1;
  return [low - room, end + room];
}
