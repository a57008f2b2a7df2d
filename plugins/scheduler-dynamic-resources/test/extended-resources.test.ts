import { describe, expect, it } from "vitest";
import { extendedRequests } from "../src/extended-resources.ts";

const container = (name: string, count: number | undefined, more: object = {}) => ({
  name,
  resources: { requests: { cpu: "1", ...(count === undefined ? {} : { "e.com/gpu": String(count) }) } },
  ...more,
});

function requested(containers: readonly object[], initContainers: readonly object[] = []) {
  const { requests, mappings } = extendedRequests(
    { spec: { containers, initContainers } } as never,
    new Map([["e.com/gpu", "gpu"]]),
  );
  return {
    requests: requests.map(({ name, exactly }) => `${name}: ${exactly?.count} ${exactly?.deviceClassName}`),
    mappings: mappings.map(({ containerName, requestName }) => `${containerName} ${requestName}`),
  };
}

describe("requests for extended resources", () => {
  it.each([
    {
      what: "one container",
      of: [[container("a", 2)]],
      requests: ["container-0-request-1: 2 gpu"],
      mappings: ["a container-0-request-1"],
    },
    {
      what: "two containers, one without",
      of: [[container("a", undefined), container("b", 1)]],
      requests: ["container-1-request-1: 1 gpu"],
      mappings: ["b container-1-request-1"],
    },
    {
      what: "an init container that uses a later container's devices",
      of: [[container("a", 2)], [container("i", 2)]],
      requests: ["container-1-request-1: 2 gpu"],
      mappings: ["a container-1-request-1", "i container-1-request-1"],
    },
    {
      what: "init containers that need more, the largest of which counts",
      of: [[container("a", 1)], [container("i", 2), container("j", 4)]],
      requests: ["container-1-request-1: 3 gpu", "container-2-request-1: 1 gpu"],
      mappings: [
        "a container-2-request-1",
        "i container-2-request-1",
        "i container-1-request-1",
        "j container-2-request-1",
        "j container-1-request-1",
      ],
    },
    {
      what: "a sidecar, which keeps its devices",
      of: [[container("a", 1)], [container("s", 1, { restartPolicy: "Always" })]],
      requests: ["container-0-request-1: 1 gpu", "container-1-request-1: 1 gpu"],
      mappings: ["s container-0-request-1", "a container-1-request-1"],
    },
  ])("of $what", ({ of: [main, init], requests, mappings }) => {
    expect(requested(main!, init)).toEqual({ requests, mappings });
  });
});
