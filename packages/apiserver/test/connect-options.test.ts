import { expect, it } from "vitest";
import { connectOptions } from "../src/subresources/connect-options.ts";

it.each<[string, string, object]>([
  [
    "exec",
    "command=sh&command=-c&stdin=true&tty=false&stdout=1&container=a",
    { kind: "PodExecOptions", stdin: true, stdout: true, container: "a", command: ["sh", "-c"] },
  ],
  ["exec", "", { kind: "PodExecOptions", command: null }],
  ["attach", "stderr=true&container=", { kind: "PodAttachOptions", stderr: true }],
  ["portforward", "ports=80&ports=443&ports=x", { kind: "PodPortForwardOptions", ports: [80, 443] }],
  ["portforward", "", { kind: "PodPortForwardOptions" }],
])("%s?%s is typed for admission", (subresource, query, options) => {
  expect(connectOptions(subresource, new URLSearchParams(query))).toEqual({ apiVersion: "v1", ...options });
});
