// Questions that are asked at about the same time travel together: a request costs more than most answers do.
import { ServerError } from "./failure";

/** While a request is under way, questions wait for company for so long, in milliseconds. */
const patience = 30;

/** The answer to the question at a place, or why there is none: that is thrown. */
export interface Reply<Answer> {
  place: number;
  answer(): Answer;
}

interface Waiting<Question, Answer> {
  question: Question;
  share: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

type Lot<Question, Answer> = Waiting<Question, Answer>[];

export class Gathering<Question, Answer> {
  private waiting: Lot<Question, Answer> = [];
  private underWay = 0;
  private isDue = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (questions: Question[]) => Promise<Iterable<Reply<Answer>>>) {}

  /** `share`: how much of one request it may take; those that come to more than 1 together travel apart. */
  ask(question: Question, share: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, share, resolve, reject });
      if (this.underWay === 0) this.dispatchSoon();
      else this.timer ??= setTimeout(() => this.dispatch(), patience);
    });
  }

  /** Once everything that has come at this moment has asked. */
  private dispatchSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    queueMicrotask(() => this.dispatch());
  }

  private dispatch(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isDue = false;
    for (const lot of divide(this.waiting.splice(0))) void this.settle(lot);
  }

  private async settle(lot: Lot<Question, Answer>): Promise<void> {
    this.underWay++;
    const left = new Map(lot.entries());
    try {
      for (const { place, answer } of await this.send(lot.map(({ question }) => question))) {
        const one = left.get(place);
        left.delete(place);
        try {
          one?.resolve(answer());
        } catch (error) {
          one?.reject(error);
        }
      }
      if (left.size > 0) throw new Error("The server's answer ends before its last part.");
    } catch (error) {
      // What is refused as a whole may be one question's fault.
      const isApart = error instanceof ServerError && error.status < 500 && lot.length > 1;
      for (const one of left.values()) {
        if (isApart) void this.settle([one]);
        else one.reject(error);
      }
    } finally {
      this.underWay--;
      if (this.waiting.length > 0 && this.underWay === 0) this.dispatchSoon();
    }
  }
}

/** Small questions first, so that a large one holds up none of them. */
function divide<Question, Answer>(all: Lot<Question, Answer>): Lot<Question, Answer>[] {
  const lots: Lot<Question, Answer>[] = [];
  let room = 0;
  for (const one of all.toSorted((a, b) => a.share - b.share)) {
    const lot = lots.at(-1);
    if (lot && one.share <= room) lot.push(one);
    else {
      lots.push([one]);
      room = 1;
    }
    room -= one.share;
  }
  return lots;
}
