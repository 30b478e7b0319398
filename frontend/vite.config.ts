import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative addresses let the page work behind a proxy's path prefix.
  base: "./",
  plugins: [svelte()],
  build: {
    outDir: "../src/kymo/server/static",
    emptyOutDir: true,
    target: "es2023",
    // The content security policy knows no inline assets but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": { target: process.env["KYMO_SERVER"] ?? "http://127.0.0.1:6006", ws: true, changeOrigin: true },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
