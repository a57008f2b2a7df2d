/** What a new package starts with: file name to content. */
type Files = Readonly<Record<string, string>>;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

interface ManifestOptions {
  readonly name: string;
  readonly description: string;
  readonly role: string;
  readonly layer: string;
  readonly platform: string;
  readonly dependencies: readonly string[];
  readonly plugin?: { readonly type: string };
}

function manifest({ name, description, role, layer, platform, dependencies, plugin }: ManifestOptions): string {
  return json({
    name: `@pinnace/${name}`,
    version: "0.1.0",
    description,
    license: "Apache-2.0",
    type: "module",
    sideEffects: false,
    exports: {
      ".": { "@pinnace/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    files: ["dist"],
    engines: { node: ">=24" },
    scripts: { prepack: "node ../../tools/build/src/refuse-pack.ts" },
    publishConfig: { access: "public", directory: "dist" },
    dependencies: Object.fromEntries(dependencies.map((each) => [`@pinnace/${each}`, "^0.1.0"])),
    pinnace: { role, platform, ...(plugin === undefined ? {} : { plugin }) },
    nx: { targets: { build: {} }, tags: [`role:${role}`, `layer:${layer}`, `platform:${platform}`] },
  });
}

const TSCONFIG = json({ extends: "../../tsconfig.base.json" });

const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase());

export function packageFiles(name: string, layer: string, platform: string): Files {
  const description = `Says in one line what ${name} is for`;
  return {
    "package.json": manifest({ name, description, role: "library", layer, platform, dependencies: [] }),
    "tsconfig.json": TSCONFIG,
    "src/index.ts": `/**
 * What the package is for, in two sentences.
 *
 * \`\`\`ts
 * import { answer } from "@pinnace/${name}";
 *
 * answer(); // 42
 * \`\`\`
 *
 * @packageDocumentation
 */
export { answer } from "./answer.ts";
`,
    "src/answer.ts":
      "/** Replace this with what the package does. */\nexport function answer(): number {\n  return 42;\n}\n",
    "test/answer.test.ts": `import { expect, it } from "vitest";
import { answer } from "../src/index.ts";

it("answers", () => {
  expect(answer()).toBe(42);
});
`,
  };
}

export function pluginFiles(kind: "scheduler" | "cni", name: string): Files {
  return kind === "scheduler" ? schedulerFiles(name) : cniFiles(name);
}

function schedulerFiles(name: string): Files {
  const plugin = pascal(name);
  return {
    "package.json": manifest({
      name: `scheduler-${name}`,
      description: `The scheduler plugin ${plugin}`,
      role: "plugin",
      layer: "plugins",
      platform: "neutral",
      dependencies: ["plugin", "scheduler-framework"],
      plugin: { type: "pinnace.scheduler.v1" },
    }),
    "tsconfig.json": TSCONFIG,
    "src/index.ts": `/**
 * The scheduler plugin ${plugin}: what it accepts and refuses, in two sentences.
 *
 * \`\`\`ts
 * import plugin from "@pinnace/scheduler-${name}";
 *
 * plugin.name; // ${plugin}
 * \`\`\`
 *
 * @packageDocumentation
 */
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import {
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
} from "@pinnace/scheduler-framework";

const plugin: PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin> = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "${plugin}",
  apiRange: "^1.0.0",
  create: (_components: SchedulerComponents): SchedulerPlugin => ({ filter: () => SUCCESS }),
});

export default plugin;
`,
    "test/compliance.test.ts": `import { describeSchedulerPlugin } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

describeSchedulerPlugin(plugin, { describe, expect, it });
`,
  };
}

function cniFiles(name: string): Files {
  return {
    "package.json": manifest({
      name: `cni-${name}`,
      description: `The CNI plugin ${name}`,
      role: "plugin",
      layer: "plugins",
      platform: "node",
      dependencies: ["cni-plugins", "plugin"],
      plugin: { type: "pinnace.cni.v1" },
    }),
    "tsconfig.json": TSCONFIG,
    "src/index.ts": `/**
 * The CNI plugin ${name}: what it attaches, in two sentences.
 *
 * \`\`\`ts
 * import plugin from "@pinnace/cni-${name}";
 *
 * plugin.name; // ${name}
 * \`\`\`
 *
 * @packageDocumentation
 */
import { CNI_PLUGIN_TYPE, CNI_SPEC_VERSION, type CniComponents, type CniPlugin } from "@pinnace/cni-plugins";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";

const plugin: PluginDefinition<CniComponents, unknown, CniPlugin> = definePlugin({
  type: CNI_PLUGIN_TYPE,
  name: "${name}",
  apiRange: "^1.0.0",
  create: (_components: CniComponents): CniPlugin => ({
    versions: [CNI_SPEC_VERSION],
    // Passes on what the plugin before it in the chain made.
    add: async ({ previous, config }) =>
      previous ?? { cniVersion: config.cniVersion, interfaces: [], ips: [], routes: [], dns: {} },
    del: async () => undefined,
    check: async () => undefined,
    gc: async () => undefined,
    status: async () => undefined,
  }),
});

export default plugin;
`,
    "test/compliance.test.ts": `import { describeCniPlugin } from "@pinnace/cni-plugins/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

describeCniPlugin(plugin, { describe, expect, it });
`,
  };
}
