/** Creates a pod in the cluster of KUBECONFIG and prints the node that it was placed on. */
import { PODS } from "@pinnace/api";
import { createClient } from "@pinnace/client";
import { createKubeconfigTransport } from "@pinnace/client/node";
import { connectionOf, loadKubeconfig } from "@pinnace/kubeconfig";

const transport = createKubeconfigTransport(await connectionOf(await loadKubeconfig()));
const pods = createClient(transport, { program: "place-pod" }).resource(PODS).namespace("default");
await pods.create({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: { containers: [{ name: "web", image: "web:1" }] },
});
for (let pod = await pods.get("web"); ; pod = await pods.get("web")) {
  if (pod.spec?.nodeName) {
    console.log(`placed on ${pod.spec.nodeName}`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
await transport.close();
