// Values with their units, which the description of a series ends with.
import { formatBytes, formatValue } from "../../format/numbers";

const names: Record<string, string> = {
  percent: "%",
  milliseconds: "ms",
  "bytes per second": "B/s",
  bytes: "B",
  watts: "W",
  joules: "J",
  MHz: "MHz",
  "°C": "°C",
  seconds: "s",
};
const told = new RegExp(`\\bin (${Object.keys(names).join("|")})(?![\\p{L}°])`, "gu");

/** The unit that a description names; "" where it names none. */
export function unitOf(description: string): string {
  const last = [...description.matchAll(told)].at(-1);
  return last ? names[last[1]!]! : "";
}

/** A value as a person reads it: 62 %, 27.1 ms, 1.20 MB/s. */
export function formatQuantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return formatValue(value);
  if (unit === "B" || unit === "B/s")
    return (value < 0 ? "−" : "") + formatBytes(Math.abs(value)) + unit.slice(1);
  const rounded = unit === "%" ? asShare(value) : shortened(value);
  return unit === "" ? rounded : `${rounded}\u202f${unit}`;
}

/** Less than a tenth of a percent is as good as nothing. */
function asShare(percent: number): string {
  if (percent !== 0 && Math.abs(percent) < 0.05) return "< 0.1";
  return trimmed(Number(percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0)));
}

/** Three digits, or two of a small number: more are noise in what a sensor says. */
function shortened(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6) return formatValue(value, 3);
  if (magnitude >= 99.95) return formatValue(Math.round(value));
  return trimmed(Number(value.toPrecision(magnitude >= 0.0995 ? 3 : 2)));
}

const trimmed = (value: number) =>
  formatValue(value, 3)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");

/** How many times as fast: 1.9×, 12×. */
export const formatTimes = (factor: number) =>
  `${factor >= 9.95 ? String(Math.round(factor)) : factor.toFixed(1)}×`;
