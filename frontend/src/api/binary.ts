// The binary answers: u32 length, JSON header, 8-aligned little-endian arrays.
import type { ArrayPlace } from "./types";

export type Places = Record<string, ArrayPlace>;

/** A header, and the arrays that it names as views into the answer. */
export class BinaryAnswer<Header> {
  readonly header: Header;
  private readonly base: number;

  /** Throws on a body that is shorter than its header. */
  constructor(private readonly body: ArrayBuffer) {
    if (body.byteLength < 4)
      throw new Error(`The server's columns hold ${body.byteLength} bytes, fewer than a header.`);
    const headerLength = new DataView(body).getUint32(0, true);
    this.base = 4 + headerLength;
    if (this.base > body.byteLength)
      throw new Error(`The server's columns end inside their header (${body.byteLength} bytes).`);
    this.header = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, headerLength))) as Header;
  }

  /** null where there is no such array; throws where the body ends before it does. */
  floats(places: Places, name: string): Float64Array | null {
    const place = places[name];
    return place ? new Float64Array(this.body, this.base + place.offset, place.length) : null;
  }

  bytes(places: Places, name: string): Uint8Array | null {
    const place = places[name];
    return place ? new Uint8Array(this.body, this.base + place.offset, place.length) : null;
  }
}

export const noFloats = new Float64Array(0);
export const noBytes = new Uint8Array(0);
