// A tag for tests, with everything unsaid left empty.
import type { Tag } from "../api/types";

export const makeTag = (tag: string, kind = "scalar"): Tag => ({
  tag,
  kind,
  display_name: "",
  description: "",
  runs: [],
});
