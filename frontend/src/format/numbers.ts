// Numbers as an instrument shows them: as many digits as carry meaning, a true minus sign, no locale surprises.

const minus = "−";
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const suffixes: [number, string][] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** A value to `digits` significant digits; scientific when plain digits would be long. */
export function formatValue(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+∞" : `${minus}∞`;
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e6) return sign(value) + String(magnitude);
  if (magnitude >= 1e6 || magnitude < 1e-3) return scientific(value, digits);
  return sign(value) + magnitude.toPrecision(digits).replace(/e.*$/, "");
}

function scientific(value: number, digits: number): string {
  const [mantissa = "0", exponent = "0"] = Math.abs(value)
    .toExponential(digits - 1)
    .split("e");
  return sign(value) + trimZeros(mantissa) + "e" + exponent.replace("+", "").replace("-", minus);
}

const sign = (value: number) => (value < 0 ? minus : "");
const trimZeros = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A whole count, thousands parted by a thin space: 12 345. */
export function formatCount(count: number): string {
  const digits = String(Math.abs(Math.round(count)));
  return sign(count) + digits.replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** A count in few characters: 412, 1.2k, 35M. */
export function formatShort(count: number): string {
  for (const [unit, suffix] of suffixes) {
    if (Math.abs(count) >= unit)
      return sign(count) + trimZeros((Math.abs(count) / unit).toPrecision(3)) + suffix;
  }
  return sign(count) + trimZeros(Math.abs(count).toPrecision(3));
}

/** Bytes in few characters, in units of 1000: 0 B, 999 B, 1.20 MB, 20.0 GB. */
export function formatBytes(bytes: number): string {
  const [unit, suffix] = suffixes.find(([unit]) => bytes >= 0.9995 * unit) ?? [1, ""];
  return `${unit === 1 ? String(Math.round(bytes)) : (bytes / unit).toPrecision(3)} ${suffix}B`;
}

/** Axis labels that all have the decimals their spacing needs: 0.90 0.95 1.00; large ones with a suffix. */
export function formatTicks(ticks: number[]): string[] {
  const largest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
  const spacing = smallestGap(ticks);
  if (largest > 0 && largest < 1e-3)
    return ticks.map((tick) => (tick === 0 ? "0" : scientific(tick, neededDigits(largest, spacing))));
  const inUnits = (unit: number, suffix: string) => {
    const decimals = neededDecimals(spacing / unit);
    return ticks.map((tick) => (tick === 0 ? "0" : fixed(tick / unit, decimals) + suffix));
  };
  const plain = inUnits(1, "");
  const [unit, suffix] = suffixes.find(([unit]) => largest >= unit * (unit === 1e3 ? 10 : 1)) ?? [1, ""];
  const short = inUnits(unit, suffix);
  // A small step on a large number reads better in full.
  return longest(short) > longest(plain) ? plain : short;
}

/** Labels of a logarithmic axis: as decades where all are, and otherwise so that neighbours differ. */
export function formatLogTicks(ticks: number[]): string[] {
  if (ticks.every((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9)))
    return ticks.map(formatLogTick);
  const [first = 1, last = 1] = [ticks[0], ticks.at(-1)];
  if (last / first < 10) return formatTicks(ticks);
  return ticks.map((tick) => (tick < 1e-3 ? formatValue(tick, 2) : formatShort(tick)));
}

/** Powers of ten as 10⁻³ when small or large, plain otherwise. */
export function formatLogTick(tick: number): string {
  const exponent = Math.log10(tick);
  const whole = Math.round(exponent);
  if (Math.abs(exponent - whole) < 1e-9 && (whole < -2 || whole > 3)) return "10" + superscript(whole);
  return formatShort(tick);
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return (exponent < 0 ? "⁻" : "") + digits;
}

const fixed = (value: number, decimals: number) => sign(value) + Math.abs(value).toFixed(decimals);

const longest = (labels: string[]) => labels.reduce((most, label) => Math.max(most, label.length), 0);

function smallestGap(ticks: number[]): number {
  let gap = Infinity;
  for (let i = 1; i < ticks.length; i++) gap = Math.min(gap, Math.abs(ticks[i]! - ticks[i - 1]!));
  return Number.isFinite(gap) && gap > 0 ? gap : Math.abs(ticks[0] ?? 1) || 1;
}

function neededDecimals(spacing: number): number {
  for (let decimals = 0; decimals < 12; decimals++) {
    const scaled = spacing * 10 ** decimals;
    if (Math.round(scaled) > 0 && Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 12;
}

function neededDigits(largest: number, spacing: number): number {
  return Math.min(12, Math.max(1, Math.floor(Math.log10(largest)) - Math.floor(Math.log10(spacing)) + 1));
}
