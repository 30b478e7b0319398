// Durations and moments in words and figures.

const minute = 60;
const hour = 3600;
const day = 86400;

const pad = (value: number) => String(value).padStart(2, "0");

/** A duration for reading: 820 ms, 12 s, 3m 05s, 2h 14m, 3d 04h. */
export function formatDuration(seconds: number): string {
  const sign = seconds < 0 ? "−" : "";
  const length = Math.abs(seconds);
  if (length === 0) return "0 s";
  if (length < 1) return `${sign}${Math.round(length * 1000)} ms`;
  if (length < minute) return `${sign}${length < 10 ? length.toFixed(1) : String(Math.floor(length))} s`;
  if (length < hour) return `${sign}${Math.floor(length / minute)}m ${pad(Math.floor(length % minute))}s`;
  if (length < day)
    return `${sign}${Math.floor(length / hour)}h ${pad(Math.floor((length % hour) / minute))}m`;
  return `${sign}${Math.floor(length / day)}d ${pad(Math.floor((length % day) / hour))}h`;
}

/** The tick spacings, in seconds, that read well on an axis of durations. */
export const durationSteps = [
  1e-3,
  2e-3,
  5e-3,
  1e-2,
  2e-2,
  5e-2,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  15,
  30,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  5 * day,
  10 * day,
  20 * day,
  50 * day,
  100 * day,
  365 * day,
];

/** A label on an axis of durations: the largest units that its spacing needs. */
export function formatDurationTick(seconds: number, spacing: number): string {
  if (seconds === 0) return "0";
  const sign = seconds < 0 ? "−" : "";
  const length = Math.abs(seconds);
  if (spacing < 1) return `${sign}${length.toFixed(Math.min(3, Math.ceil(-Math.log10(spacing))))} s`;
  if (spacing < minute && length < hour) {
    return length < minute
      ? `${sign}${length} s`
      : `${sign}${Math.floor(length / minute)}m ${pad(length % minute)}s`;
  }
  if (spacing < minute) {
    return `${sign}${Math.floor(length / hour)}:${pad(Math.floor((length % hour) / minute))}:${pad(length % minute)}`;
  }
  if (spacing < hour) {
    return length < hour
      ? `${sign}${length / minute} min`
      : `${sign}${Math.floor(length / hour)}h ${pad(Math.round((length % hour) / minute))}m`;
  }
  return spacing < day ? `${sign}${length / hour} h` : `${sign}${length / day} d`;
}

/** A label on an axis of moments, in the reader's time zone: the time of day, or the date where a day begins. */
export function formatMomentTick(seconds: number, spacing: number): string {
  const moment = new Date(seconds * 1000);
  const startsDay = moment.getHours() === 0 && moment.getMinutes() === 0 && moment.getSeconds() === 0;
  if (spacing >= day || startsDay)
    return moment.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  const clock = `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
  // Within a second the hour is known: minutes, seconds and thousandths tell the ticks apart.
  if (spacing < 1) {
    const thousandths = String(moment.getMilliseconds()).padStart(3, "0");
    return `${pad(moment.getMinutes())}:${pad(moment.getSeconds())}.${thousandths}`;
  }
  return spacing < minute ? `${clock}:${pad(moment.getSeconds())}` : clock;
}

/** A moment in full: 2026-11-23 14:05:09. */
export function formatMoment(seconds: number): string {
  const moment = new Date(seconds * 1000);
  if (!Number.isFinite(moment.getTime())) return "unknown time";
  const date = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
  return `${date} ${pad(moment.getHours())}:${pad(moment.getMinutes())}:${pad(moment.getSeconds())}`;
}

/** How long ago, coarsely: just now, 4 min ago, 3 h ago, 2 d ago. */
export function formatAgo(seconds: number): string {
  if (seconds < 10) return "just now";
  if (seconds < minute) return `${Math.floor(seconds)} s ago`;
  if (seconds < hour) return `${Math.floor(seconds / minute)} min ago`;
  if (seconds < day) return `${Math.floor(seconds / hour)} h ago`;
  return `${Math.floor(seconds / day)} d ago`;
}

/** A moment near another: the time of day, with the date where that is another. */
export function formatClock(seconds: number, now: number): string {
  const moment = new Date(seconds * 1000);
  const clock = `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
  const isToday = moment.toDateString() === new Date(now * 1000).toDateString();
  return isToday ? clock : `${formatMoment(seconds).slice(0, 10)} ${clock}`;
}
