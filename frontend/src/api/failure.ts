// What may go wrong with a question to the server.

/** It was refused, in the server's own words. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Whether the same question may be answered later: the server is away, or busy, but it has not refused. */
export const isTransient = (error: unknown) =>
  error instanceof TypeError || (error instanceof ServerError && error.status >= 500);

/** What went wrong, in the server's words where it had any. */
export function explain(error: unknown): string {
  if (error instanceof TypeError) return "The server does not answer: is kymo serve still running?";
  return error instanceof Error ? error.message : String(error);
}
