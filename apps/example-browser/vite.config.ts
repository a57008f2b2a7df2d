import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  resolve: { conditions: ["@pinnace/source", ...defaultClientConditions] },
  build: { target: "esnext", chunkSizeWarningLimit: 4000, emptyOutDir: true },
});
