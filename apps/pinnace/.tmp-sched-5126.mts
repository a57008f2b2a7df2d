import { spawn } from "node:child_process";
import fs from "node:fs";
import { serve } from "@pinnace/apiserver/node";
import { startCluster } from "@pinnace/cluster";

const controllers = process.env.CONTROLLERS;
const cluster = await startCluster({
  nodes: 0,
  authentication: { staticTokens: new Map([["TOKEN", { name: "admin", groups: ["system:masters"] }]]) } as never,
  ...(process.env.LOG
    ? { logger: (await import("@pinnace/logging")).createLogger?.({ level: "warn" } as never) as never }
    : {}),
});
const listener = await serve({
  handler: cluster.handler,
  port: 0,
  tls: { cert: fs.readFileSync("/tmp/sched/cert.pem"), key: fs.readFileSync("/tmp/sched/key.pem") },
});
const child = spawn(
  "/work/main/node_modules/.bin/node",
  [
    "/work/shared/golden/run.mjs",
    "--server",
    listener.url,
    "--token",
    "TOKEN",
    "--jobs",
    "1",
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
child.on("exit", async (code) => {
  await listener.close();
  await cluster.stop();
  process.exit(code ?? 1);
});
