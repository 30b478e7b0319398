import type { Theme } from "../../chart/drawing/ink";

export type ThemeChoice = "auto" | "light" | "dark";

const choices: readonly ThemeChoice[] = ["auto", "light", "dark"];
const key = "kymo:theme";

/** Light or dark: the system's, or the reader's own choice, which is remembered. */
export class ThemeState {
  choice = $state<ThemeChoice>("auto");
  private system = $state<Theme>("light");
  readonly theme = $derived<Theme>(this.choice === "auto" ? this.system : this.choice);

  /** `linked`: what the address asks for, which counts until the reader has chosen. */
  start(linked: ThemeChoice | null): void {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.system = dark.matches ? "dark" : "light";
    dark.addEventListener("change", () => (this.system = dark.matches ? "dark" : "light"));
    const chosen = choices.find((choice) => choice === stored());
    if (chosen === undefined && linked !== null) this.set(linked);
    else this.choice = chosen ?? "auto";
    this.apply();
  }

  set(choice: ThemeChoice): void {
    this.choice = choice;
    try {
      localStorage.setItem(key, choice);
    } catch {
      // Without storage the choice lasts for the page.
    }
    this.apply();
  }

  next(): void {
    this.set(choices[(choices.indexOf(this.choice) + 1) % choices.length]!);
  }

  private apply(): void {
    document.documentElement.dataset["theme"] = this.choice;
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
