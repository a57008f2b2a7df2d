import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  ssr: { resolve: { conditions: ["@pinnace/source", ...defaultServerConditions] } },
  test: {
    isolate: false,
    setupFiles: ["./vitest.setup.ts"],
    include: ["{packages,plugins,apps,tools}/*/{src,test}/**/*.test.ts"],
    testTimeout: 20_000,
  },
});
