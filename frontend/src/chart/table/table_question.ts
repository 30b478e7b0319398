// What a card's table asks the server for.
import type { ColumnsQuery, StatisticsQuery } from "../../api/types";
import type { Bounds } from "../../model/view/view_url";

export interface TableQuestion {
  tags: readonly { tag: string; runs: readonly string[] }[];
  marks: readonly number[];
  statistics: readonly StatisticsQuery[];
  at: readonly (readonly ColumnsQuery[])[];
}

/** Statistics between the marks, or of what is in view, and the points at each mark. */
export function tableQuestion(queries: readonly ColumnsQuery[], marks: readonly number[]): TableQuestion {
  const between: Bounds | null = marks.length === 2 ? [Math.min(...marks), Math.max(...marks)] : null;
  const statistics = queries.map(({ tag, runs, x, x_tag, superseded, range, log_x }): StatisticsQuery => {
    const [low, high] = between ?? range ?? [null, null];
    // A logarithmic axis shows nothing of what is not above zero.
    const from = log_x ? Math.max(low ?? 0, Number.MIN_VALUE) : low;
    return { tag, runs, x, x_tag, superseded, range: [from, high] };
  });
  const at = marks.map((x) => queries.map((query) => ({ ...query, range: [x, x] as Bounds, pixels: 1 })));
  const tags = queries.map(({ tag, runs }) => ({ tag, runs }));
  return { tags, marks, statistics: marks.length === 1 ? [] : statistics, at };
}
