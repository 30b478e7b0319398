// SVG as something to draw on, and as text.
import type { Stroke, Surface, Trace } from "../drawing/surface";

/** Hundredths of a pixel are more than any screen or printer shows. */
export const round = (value: number) => Math.round(value * 100) / 100;

const replacements: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// XML has no place for most control characters, not even escaped.
const unprintable = /[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu;

export const escapeXml = (text: string) =>
  text
    .toWellFormed()
    .replace(unprintable, "\uFFFD")
    .replace(/[&<>"]/g, (character) => replacements[character]!);

/** An element; attributes that are null are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | null>,
  inside = "",
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escapeXml(value!)}"`)
    .join("");
  return inside === "" ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`;
}

class SvgTrace implements Trace {
  data = "";

  moveTo(x: number, y: number): void {
    this.data += `M${round(x)} ${round(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.data += `L${round(x)} ${round(y)}`;
  }

  closePath(): void {
    this.data += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.data += `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`;
  }

  circle(x: number, y: number, radius: number): void {
    const [r, across] = [round(radius), round(2 * radius)];
    this.data += `M${round(x + radius)} ${round(y)}a${r} ${r} 0 1 0 ${-across} 0a${r} ${r} 0 1 0 ${across} 0Z`;
  }
}

export class SvgSurface implements Surface {
  private readonly elements: string[] = [];

  trace(): Trace {
    return new SvgTrace();
  }

  stroke(trace: Trace, { colour, width, alpha, dash }: Stroke): void {
    this.add(trace, {
      fill: "none",
      stroke: colour,
      "stroke-width": width,
      "stroke-opacity": alpha < 1 ? alpha : null,
      "stroke-dasharray": dash.length > 0 ? dash.join(" ") : null,
      "stroke-linejoin": "round",
    });
  }

  fill(trace: Trace, colour: string, alpha = 1): void {
    this.add(trace, { fill: colour, "fill-opacity": alpha < 1 ? alpha : null });
  }

  toString(): string {
    return this.elements.join("\n");
  }

  private add(trace: Trace, attributes: Record<string, string | number | null>): void {
    const { data } = trace as SvgTrace;
    if (data !== "") this.elements.push(element("path", { d: data, ...attributes }));
  }
}
