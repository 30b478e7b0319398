// What those who make the batches spend their time on.

export interface Part {
  name: string;
  word: string;
  colour: string;
}

export interface Split {
  title: string;
  parts: readonly Part[];
}

const tones = {
  blue: "light-dark(#3f6be6, #74a8fb)",
  orange: "light-dark(#dc6a12, #ea9936)",
  violet: "light-dark(#7a4fc4, #a98bf0)",
  green: "light-dark(#3e9779, #36d7a8)",
  grey: "light-dark(#9aa0a8, #767b84)",
};

/** Each adds up to the time of making batches. */
export const splits: readonly Split[] = [
  {
    title: "How the time passes",
    parts: [
      { name: "batch_cpu", word: "At work", colour: tones.blue },
      { name: "batch_core_wait", word: "No core free", colour: tones.orange },
      { name: "batch_blocked", word: "Waiting for disk, network or a lock", colour: tones.violet },
    ],
  },
  {
    title: "What it is spent on",
    parts: [
      { name: "batch_fetch", word: "Dataset", colour: tones.green },
      { name: "batch_transform", word: "Transforms", colour: tones.violet },
      { name: "batch_collate", word: "Collate", colour: tones.grey },
    ],
  },
];

export interface Share extends Part {
  /** In percent. */
  share: number;
}

/** The parts that are known; null where none is. */
export function sharesOf({ parts }: Split, median: (name: string) => number | null): Share[] | null {
  const found = parts.flatMap((part) => {
    const share = median(part.name);
    return share === null ? [] : [{ ...part, share: Math.max(0, share) }];
  });
  return found.length > 0 ? found : null;
}

const transformTag = "pipeline/transform/";

export interface TransformShare {
  name: string;
  share: number;
}

/** Each transform's share of the time of making batches, the largest first. */
export function transformsOf(
  tags: Iterable<string>,
  median: (name: string) => number | null,
): TransformShare[] {
  return [...tags]
    .filter((tag) => tag.startsWith(transformTag))
    .flatMap((tag) => {
      const share = median(tag.slice("pipeline/".length));
      return share === null ? [] : [{ name: tag.slice(transformTag.length), share }];
    })
    .sort((a, b) => b.share - a.share);
}
