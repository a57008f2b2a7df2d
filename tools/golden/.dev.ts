import { mkdirSync, writeFileSync } from "node:fs";
import { createRealClock } from "@pinnace/clock";
import { createStreamLogger } from "@pinnace/logging/node";
import { prepareGround, startPinnace } from "./src/pinnace.ts";

mkdirSync("/tmp/gdev", { recursive: true });
const ground = await prepareGround(
  "/tmp/gdev",
  "/work/shared/golden/tokens.csv",
  createStreamLogger({ clock: createRealClock(), stream: process.stderr }),
);
const p = await startPinnace(ground, Number(process.argv[2] ?? 0));
writeFileSync(
  "/tmp/gdev/kubeconfig",
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: p.url, "certificate-authority": "/tmp/gdev/ca.crt" } }],
    users: [{ name: "u", user: { token: ground.token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  }),
);
writeFileSync("/tmp/gdev/url", p.url);
console.log(p.url);
