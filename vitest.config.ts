import { defaultServerConditions } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions: ["@pinnace/source", ...defaultServerConditions] } },
  test: {
    isolate: false,
    setupFiles: ["./vitest.setup.ts"],
    include: ["{packages,plugins,apps,tools}/*/{src,test}/**/*.test.ts"],
    testTimeout: 20_000,
  },
});

export default config;
