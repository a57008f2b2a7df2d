import { DEPLOYMENTS, EVENTS, NODES, PODS } from "@pinnace/api";
import { createTestCluster } from "@pinnace/testing";
import { body, byId, oncePerFrame } from "./dom.ts";
import { runWeb } from "./program.ts";
import { draw } from "./view.ts";

const started = performance.now();
const cluster = await createTestCluster({ clock: "virtual", seed: started, nodes: 3 });
const { clock, client, informers, simulatedNodes } = cluster;

const [nodes, pods, events] = [informers.informer(NODES), informers.informer(PODS), informers.informer(EVENTS)];
const redraw = oncePerFrame(() => {
  const state = { nodes: nodes.lister.list(), pods: pods.lister.list(), events: events.lister.list() };
  draw({ ...state, now: clock.now() }, toggle);
});
nodes.events.subscribe(redraw);
pods.events.subscribe(redraw);
events.events.subscribe(redraw);
clock.setInterval(redraw, 1000);

await runWeb(cluster);
const milliseconds = Math.round(performance.now() - started);
byId("status").textContent = `three pods were running after ${milliseconds} ms`;
body.dataset.milliseconds = String(milliseconds);

clock.resume({ rate: Number(byId("rate").value) });
byId("rate").addEventListener("change", () => clock.resume({ rate: Number(byId("rate").value) }));

const web = client.resource(DEPLOYMENTS).namespace("default");
let replicas = 3;
let version = 1;
byId("fewer").addEventListener("click", () => scale(Math.max(0, replicas - 1)));
byId("more").addEventListener("click", () => scale(replicas + 1));
byId("roll").addEventListener("click", () => {
  version += 1;
  const containers = [{ name: "web", image: `web:${version}` }];
  void web.patch("web", { type: "strategic", body: { spec: { template: { spec: { containers } } } } });
});

function scale(count: number): void {
  replicas = count;
  byId("replicas").textContent = String(count);
  void web.patch("web", { type: "merge", body: { spec: { replicas } } });
}

function toggle(node: string, ready: boolean): void {
  void (ready ? simulatedNodes.crash(node) : simulatedNodes.restart(node));
}
