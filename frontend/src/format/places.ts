// Places on an axis as people type them: steps and values as numbers, times as durations or moments.
import type { XAxis } from "../api/types";
import { formatCount, formatValue } from "./numbers";
import { formatDuration, formatMoment } from "./time";

/** What a place on an axis looks like, for one who types it. */
export const placeHints: Record<XAxis, string> = {
  step: "a number such as 1500, 20k or 1e6",
  epoch: "a number such as 3 or 2.5",
  relative: "a time such as 90 s, 5 min or 1h 30m",
  wall: "a date such as 2026-11-23 or 2026-11-23 14:05",
  series: "a number such as 0.25, 20k or 1e-3",
};

/** null: not a place on this axis. */
export function parsePlace(axis: XAxis, text: string): number | null {
  const plain = text.trim().replace("−", "-");
  if (axis === "wall") return parseMoment(plain);
  return axis === "relative" ? parseDuration(plain) : parseNumber(plain);
}

/** In full, so that it reads back as the same place. */
export function writePlace(axis: XAxis, place: number): string {
  if (axis === "wall") return writeMoment(place);
  return axis === "relative" ? writeDuration(place) : String(place);
}

/** In short, as a label. */
export function formatPlace(axis: XAxis, place: number): string {
  if (axis === "wall") return formatMoment(place);
  if (axis === "relative") return formatDuration(place);
  return axis === "step" && Number.isInteger(place) ? formatCount(place) : formatValue(place);
}

const units: Record<string, number> = { k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

export function parseNumber(text: string): number | null {
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kKMGT])?$/i.exec(
    text.replace(/(?<=\d)[\u2009\u202F_ ](?=\d)/g, ""),
  );
  if (!found) return null;
  const factor = found[2] === undefined ? 1 : units[found[2]];
  const value = factor === undefined ? NaN : Number(found[1]) * factor;
  return Number.isFinite(value) ? value : null;
}

const seconds: Record<string, number> = { d: 86400, h: 3600, min: 60, m: 60, s: 1, ms: 1e-3 };

function parseDuration(text: string): number | null {
  const sign = text.startsWith("-") ? -1 : 1;
  const length = sign < 0 ? text.slice(1).trim() : text;
  const plain = parseNumber(length);
  if (plain !== null) return sign * plain;
  const clock = /^(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)$/.exec(length);
  if (clock) return sign * (Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]));
  if (!/^(?:\d+(?:\.\d+)?\s*(?:d|h|min|ms|m|s)\s*)+$/.test(length)) return null;
  const parts = length.matchAll(/(\d+(?:\.\d+)?)\s*(d|h|min|ms|m|s)/g);
  return sign * [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * seconds[unit!]!, 0);
}

function writeDuration(length: number): string {
  let rest = Math.round(Math.abs(length) * 1000) / 1000;
  const parts: string[] = [];
  for (const unit of ["d", "h", "m"]) {
    const count = Math.floor(rest / seconds[unit]!);
    rest -= count * seconds[unit]!;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  if (rest > 0 || parts.length === 0) parts.push(`${Number(rest.toFixed(3))}s`);
  return (length < 0 ? "-" : "") + parts.join(" ");
}

function parseMoment(text: string): number | null {
  const found = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?$/.exec(text);
  if (!found) return null;
  const [year, month, day, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number((part as string | undefined) ?? 0));
  const moment = new Date(year!, month! - 1, day!, hour, minute);
  const isReal = moment.getMonth() === month! - 1 && moment.getDate() === day! && hour < 24 && minute < 60;
  return isReal && second < 60 ? moment.getTime() / 1000 + second : null;
}

function writeMoment(place: number): string {
  const whole = Math.floor(place);
  const fraction = Math.round((place - whole) * 1000) / 1000;
  return formatMoment(whole) + (fraction > 0 && fraction < 1 ? String(fraction).slice(1) : "");
}
