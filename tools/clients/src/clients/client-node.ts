import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Family } from "../client.ts";
import { OBJECT_STEPS } from "../client-node/objects.ts";
import { REFUSAL_STEPS } from "../client-node/refusals.ts";
import { createNodeSession } from "../client-node/session.ts";
import { WORKLOAD_STEPS } from "../client-node/workload.ts";

const LACKS = { "apply, client side": "a feature of kubectl" };

/** The JavaScript client that the project has as a development dependency. */
export function clientNode(root: string): Family {
  return {
    name: "client-node",
    ci: true,
    async find() {
      const manifest = readFileSync(join(root, "node_modules/@kubernetes/client-node/package.json"), "utf8");
      const { version } = JSON.parse(manifest) as { version: string };
      return [
        {
          name: "client-node",
          version,
          lacks: LACKS,
          async run({ kubeconfig, namespace }, recorder) {
            const config = new KubeConfig();
            config.loadFromFile(kubeconfig);
            const session = createNodeSession(config, namespace);
            for (const [step, run] of [...OBJECT_STEPS, ...WORKLOAD_STEPS, ...REFUSAL_STEPS]) {
              await recorder.step(step, () => run(session));
            }
          },
        },
      ];
    },
  };
}
