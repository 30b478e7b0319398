// An answer in parts: each is labelled with the place of its question (u32) and its length (u32), little-endian.

export interface Part {
  place: number;
  body: ArrayBuffer;
}

const labelLength = 8;

/** Each part with a buffer of its own; throws where one is not there whole. */
export function* splitParts(answer: ArrayBuffer): Generator<Part> {
  const view = new DataView(answer);
  for (let at = 0; at < answer.byteLength;) {
    const begin = at + labelLength;
    const end = begin <= answer.byteLength ? begin + view.getUint32(at + 4, true) : Infinity;
    if (end > answer.byteLength) throw new Error("The server's answer ends inside one of its parts.");
    yield { place: view.getUint32(at, true), body: answer.slice(begin, end) };
    at = end;
  }
}
