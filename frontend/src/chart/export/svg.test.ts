import { describe, expect, it } from "vitest";
import { element, escapeXml, SvgSurface } from "./svg";

describe("element", () => {
  it("escapes what is text and leaves out what is null", () => {
    expect(element("text", { x: 1.23456, class: 'a"<', id: null }, escapeXml("<b> & \u0000\uD800"))).toBe(
      '<text x="1.23" class="a&quot;&lt;">&lt;b&gt; &amp; \uFFFD\uFFFD</text>',
    );
    expect(element("g", {})).toBe("<g/>");
  });
});

describe("SvgSurface", () => {
  it("writes each stroke and fill as one path", () => {
    const surface = new SvgSurface();
    const line = surface.trace();
    line.moveTo(0, 0.005);
    line.lineTo(10.126, -3);
    line.closePath();
    surface.stroke(line, { colour: "#123456", width: 1.5, alpha: 0.4, dash: [6, 3] });
    const shapes = surface.trace();
    shapes.rect(1, 2, 3, 4);
    shapes.circle(10, 10, 2);
    surface.fill(shapes, "#fff");
    surface.stroke(surface.trace(), { colour: "#000", width: 1, alpha: 1, dash: [] });
    expect(String(surface).split("\n")).toEqual([
      '<path d="M0 0.01L10.13 -3Z" fill="none" stroke="#123456" stroke-width="1.5" stroke-opacity="0.4" ' +
        'stroke-dasharray="6 3" stroke-linejoin="round"/>',
      '<path d="M1 2h3v4h-3ZM12 10a2 2 0 1 0 -4 0a2 2 0 1 0 4 0Z" fill="#fff"/>',
    ]);
  });
});
