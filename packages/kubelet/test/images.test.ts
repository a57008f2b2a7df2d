import type { Pod } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import type { ContainerRuntime, Image } from "@pinnace/cri";
import type { ObjectSource } from "@pinnace/storage";
import { describe, expect, test } from "vitest";
import type { StartError } from "../src/containers/config-error.ts";
import { withDefaultTag } from "../src/images/image-name.ts";
import { ImagePuller } from "../src/images/image-puller.ts";
import { pullCredentials } from "../src/images/pull-secrets.ts";

const DIGEST = `sha256:${"0a".repeat(32)}`;

test.each([
  ["nginx", "nginx:latest"],
  ["nginx:1.27", "nginx:1.27"],
  ["localhost:5000/a/b", "localhost:5000/a/b:latest"],
  ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"],
  [`nginx@${DIGEST}`, `nginx@${DIGEST}`],
  [`r.io/a:1@${DIGEST}`, `r.io/a:1@${DIGEST}`],
  ["a__b/c-d.e", "a__b/c-d.e:latest"],
  ["", undefined],
  ["Nginx", undefined],
  ["nginx:", undefined],
  ["nginx@sha256:short", undefined],
  ["a//b", undefined],
  ["a b", undefined],
])("%j is %j", (image, expected) => expect(withDefaultTag(image)).toBe(expected));

describe("the image puller", () => {
  const image: Image = { id: "sha256:1", repoTags: ["i:1"], repoDigests: [], size: 5 };
  const make = (present: boolean, failure?: string) => {
    const clock = createVirtualClock();
    const events: string[] = [];
    let here = present;
    const runtime = {
      imageStatus: async () => (here ? image : undefined),
      pullImage: async () => {
        if (failure !== undefined) throw new Error(failure);
        here = true;
        return image.id;
      },
    } as unknown as ContainerRuntime;
    const objects = { secret: async () => undefined } as unknown as ObjectSource;
    const event = (_: Pod, __: object, type: string, reason: string, message: string) =>
      void events.push(`${type} ${reason} ${message}`);
    const puller = new ImagePuller({ runtime, clock, objects, event });
    const pod: Pod = { metadata: { name: "p", namespace: "n", uid: "u" } };
    const ensure = (name: string, imagePullPolicy: string) =>
      puller.ensure(pod, { name: "c", image: name, imagePullPolicy }).then(
        ({ id }) => id,
        (error: StartError) => `${error.code}: ${error.message}`,
      );
    return { clock, events, ensure, puller };
  };

  test.each([
    [
      "i:1",
      "IfNotPresent",
      true,
      "sha256:1",
      ['Normal Pulled Container image "i:1" already present on machine and can be accessed by the pod'],
    ],
    [
      "i:1",
      "Always",
      true,
      "sha256:1",
      [
        'Normal Pulling Pulling image "i:1"',
        'Normal Pulled Successfully pulled image "i:1" in 0s (0s including waiting). Image size: 5 bytes.',
      ],
    ],
    [
      "i:1",
      "Never",
      false,
      'ErrImageNeverPull: Container image "i:1" is not present with pull policy of Never',
      ['Warning ErrImageNeverPull Container image "i:1" is not present with pull policy of Never'],
    ],
    [
      "I",
      "Always",
      false,
      'InvalidImageName: Failed to apply default image tag "I": couldn\'t parse image name "I": invalid reference format',
      [
        'Warning InspectFailed Failed to apply default image tag "I": couldn\'t parse image name "I": invalid reference format',
      ],
    ],
  ])("%s with %s", async (name, policy, present, result, expected) => {
    const { ensure, events } = make(present);
    expect([await ensure(name, policy), events]).toEqual([result, expected]);
  });

  test("waits longer after each failure, and forgets a pod that is gone", async () => {
    const { ensure, events, clock, puller } = make(false, "no such host");
    expect(await ensure("i:1", "IfNotPresent")).toBe("ErrImagePull: no such host");
    expect(await ensure("i:1", "IfNotPresent")).toBe(
      'ImagePullBackOff: Back-off pulling image "i:1": ErrImagePull: no such host',
    );
    await clock.advance(10_000);
    expect(await ensure("i:1", "IfNotPresent")).toContain("ErrImagePull");
    await clock.advance(10_000);
    expect(await ensure("i:1", "IfNotPresent")).toContain("ImagePullBackOff");
    puller.forget("u");
    expect(await ensure("i:1", "IfNotPresent")).toContain("ErrImagePull: ");
    expect(events.filter((event) => event.includes("Failed to pull"))).toHaveLength(3);
  });
});

test("pull secrets are chosen by the longest path", async () => {
  const auths = {
    "https://index.docker.io/v1/": { auth: btoa("hub:1") },
    "r.io": { username: "wide", password: "2" },
    "r.io/team": { auth: btoa("narrow:a:b") },
    "*.corp.net": { username: "star", password: "3" },
  };
  const secret = { data: { ".dockerconfigjson": btoa(JSON.stringify({ auths })) } };
  const objects = { secret: async () => secret } as unknown as ObjectSource;
  const pod: Pod = { metadata: { namespace: "n" }, spec: { containers: [], imagePullSecrets: [{ name: "s" }] } };
  const of = async (image: string) => (await pullCredentials(pod, image, objects))?.username;
  expect(await Promise.all(["nginx:1", "r.io/x:1", "r.io/team/x:1", "a.corp.net/x", "other.io/x"].map(of))).toEqual([
    "hub",
    "wide",
    "narrow",
    "star",
    undefined,
  ]);
});
