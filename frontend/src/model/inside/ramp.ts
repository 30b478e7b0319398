// The colours of a heat map: from the ground over the run's own colour towards the colour of text, so that how light
// a colour is tells how many values there are, in either theme and to every eye.

export type Rgb = readonly [number, number, number];

/** Where on the way the run's colour stands, and how far the way goes on from there to the colour of text. */
const middle = 0.62;
const reach = 0.7;

export interface RampInk {
  ground: Rgb;
  colour: Rgb;
  text: Rgb;
}

/** `part`: from 0, no values, to 1, most of them. */
export function rampAt(part: number, { ground, colour, text }: RampInk): Rgb {
  const at = Math.max(0, Math.min(1, part));
  return at < middle
    ? mix(ground, colour, at / middle)
    : mix(colour, text, (reach * (at - middle)) / (1 - middle));
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  const each = (channel: 0 | 1 | 2) => Math.round(from[channel] + part * (to[channel] - from[channel]));
  return [each(0), each(1), each(2)];
}

/** "#1a2b3c" as three numbers up to 255; what is not such a colour is black. */
export function parseHex(colour: string): Rgb {
  const number = /^#[\da-f]{6}$/iu.test(colour) ? parseInt(colour.slice(1), 16) : 0;
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** Few values are told apart more finely than many: what a share of the greatest one is drawn as. */
export const heatOf = (strength: number, isLog: boolean) =>
  Math.max(0, Math.min(1, isLog ? strength : strength ** 0.6));
