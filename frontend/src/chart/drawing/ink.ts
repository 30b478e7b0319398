// What a canvas needs to know of the theme; the page's own colours are in app.css.

export interface Ink {
  ground: string;
  text: string;
  grid: string;
  axis: string;
  hairline: string;
}

export type Theme = "light" | "dark";

export const inks: Record<Theme, Ink> = {
  light: { ground: "#ffffff", text: "#61656c", grid: "#ececea", axis: "#c9cac8", hairline: "#3a3d42" },
  dark: { ground: "#141517", text: "#9a9ea6", grid: "#232529", axis: "#44474d", hairline: "#c9ccd2" },
};

export const chartFont = '11px system-ui, -apple-system, "Segoe UI", sans-serif';
