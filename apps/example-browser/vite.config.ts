import { defaultClientConditions, type UserConfig } from "vite";

const config: UserConfig = {
  root: import.meta.dirname,
  base: "./",
  resolve: { conditions: ["@pinnace/source", ...defaultClientConditions] },
  build: { target: "esnext", chunkSizeWarningLimit: 4000, emptyOutDir: true },
};

export default config;
