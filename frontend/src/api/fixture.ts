// Binary answers for tests.

export function encode(header: object, data: Uint8Array): ArrayBuffer {
  let json = JSON.stringify(header);
  while ((4 + json.length) % 8 !== 0) json += " ";
  const body = new Uint8Array(4 + json.length + data.length);
  new DataView(body.buffer).setUint32(0, json.length, true);
  body.set(new TextEncoder().encode(json), 4);
  body.set(data, 4 + json.length);
  return body.buffer;
}

export const floats = (...values: number[]) => new Uint8Array(new Float64Array(values).buffer);
