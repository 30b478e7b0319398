import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerError } from "./failure";
import { Gathering, type Reply } from "./gathering";

interface Sent {
  questions: string[];
  answer(replies: Reply<string>[]): void;
  fail(error: Error): void;
}

/** Requests whose answers a test gives by hand. */
function gather() {
  const sent: Sent[] = [];
  const gathering = new Gathering<string, string>(
    (questions) => new Promise((resolve, reject) => sent.push({ questions, answer: resolve, fail: reject })),
  );
  /** A question takes a tenth of a request for each of its letters. */
  const ask = (question: string) => gathering.ask(question, question.length / 10);
  return { sent, asked: () => sent.map(({ questions }) => questions), ask };
}

const reply = (place: number, text: string) => ({ place, answer: () => text });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("Gathering", () => {
  it("sends what is asked at one moment together, and gives each its own answer", async () => {
    const { ask, sent, asked } = gather();
    const [one, two] = [ask("one"), ask("two")];
    await settle();
    expect(asked()).toEqual([["one", "two"]]);
    sent[0]!.answer([reply(1, "second"), reply(0, "first")]);
    expect(await two).toBe("second");
    expect(await one).toBe("first");
  });

  it("asks apart what is too much for one request, and small questions first", async () => {
    const { ask, asked } = gather();
    for (const question of ["a", "123456789012345", "bb", "123456", "cc"]) void ask(question);
    await settle();
    expect(asked()).toEqual([["a", "bb", "cc"], ["123456"], ["123456789012345"]]);
  });

  it("waits for company while another request is under way, but not for long", async () => {
    const { ask, sent, asked } = gather();
    const first = ask("a");
    await settle();
    const gone = [ask("b")];
    await vi.advanceTimersByTimeAsync(10);
    gone.push(ask("c"));
    const failed = gone.map((one) => expect(one).rejects.toThrow("gone"));
    await vi.advanceTimersByTimeAsync(10);
    expect(asked()).toEqual([["a"]]);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked()).toEqual([["a"], ["b", "c"]]);
    void ask("d");
    sent[1]!.fail(new TypeError("gone"));
    await Promise.all(failed);
    sent[0]!.answer([reply(0, "A")]);
    await first;
    await settle();
    expect(asked().at(-1)).toEqual(["d"]);
  });

  it("tells what failed of one question to that one only", async () => {
    const { ask, sent } = gather();
    const [bad, good] = [ask("bad"), ask("good")];
    const failed = expect(bad).rejects.toThrow("Too large.");
    await settle();
    const refuse = () => {
      throw new ServerError(413, "Too large.");
    };
    sent[0]!.answer([{ place: 0, answer: refuse }, reply(1, "fine")]);
    await failed;
    expect(await good).toBe("fine");
  });

  it("asks each by itself when the request as a whole is refused", async () => {
    const { ask, sent, asked } = gather();
    const [bad, good] = [ask("bad"), ask("good")];
    const failed = expect(bad).rejects.toThrow("No such x.");
    await settle();
    sent[0]!.fail(new ServerError(422, "questions.0"));
    await settle();
    expect(asked()).toEqual([["bad", "good"], ["bad"], ["good"]]);
    sent[1]!.fail(new ServerError(422, "No such x."));
    sent[2]!.answer([reply(0, "fine")]);
    await failed;
    expect(await good).toBe("fine");
  });

  it("asks nobody again while the server is busy or away", async () => {
    const { ask, sent, asked } = gather();
    const failed = [ask("a"), ask("b")].map((one) => expect(one).rejects.toThrow("Busy."));
    await settle();
    sent[0]!.fail(new ServerError(503, "Busy."));
    await Promise.all(failed);
    expect(asked()).toHaveLength(1);
  });

  it("leaves no question without an answer when they end too soon", async () => {
    const { ask, sent } = gather();
    const failed = expect(ask("a")).rejects.toThrow(/ends before its last part/);
    await settle();
    sent[0]!.answer([]);
    await failed;
  });
});
