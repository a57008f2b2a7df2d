import type { Container, Pod } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { ContainerRuntime, Image } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import type { ObjectSource } from "@pinnace/storage";
import { StartError } from "../containers/config-error.ts";
import { BackOff } from "../pods/back-off.ts";
import { durationText } from "../pods/duration-text.ts";
import { uidOf } from "../pods/pod-facts.ts";
import { withDefaultTag } from "./image-name.ts";
import { pullCredentials } from "./pull-secrets.ts";

/** Says something about a container of a pod in an event. */
export type ContainerEvent = (
  pod: Pod,
  container: Container,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
) => void;

interface ImagePullerComponents {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly objects: ObjectSource;
  readonly event: ContainerEvent;
}

/** Makes sure that images are on the node, by pull policy, with a back-off from 10 s to 5 min per pod and image. */
export class ImagePuller {
  readonly #components: ImagePullerComponents;
  readonly #backOff: BackOff;
  readonly #lastErrors = new Map<string, string>();

  constructor(components: ImagePullerComponents) {
    this.#components = components;
    this.#backOff = new BackOff({ initial: 10_000, max: 300_000, now: () => components.clock.now() });
  }

  /** The image, pulled when its policy asks for it. Rejects with {@link StartError}. */
  async ensure(pod: Pod, container: Container): Promise<Image> {
    const { event } = this.#components;
    const wanted = container.image ?? "";
    const image = withDefaultTag(wanted);
    if (image === undefined) {
      const message = `Failed to apply default image tag "${wanted}": couldn't parse image name "${wanted}": invalid reference format`;
      event(pod, container, "Warning", "InspectFailed", message);
      throw new StartError("InvalidImageName", message);
    }
    const present = await this.#inspect(pod, container, image);
    const policy = container.imagePullPolicy ?? (image.endsWith(":latest") ? "Always" : "IfNotPresent");
    if (present && policy !== "Always") {
      const message = `Container image "${wanted}" already present on machine and can be accessed by the pod`;
      event(pod, container, "Normal", "Pulled", message);
      return present;
    }
    if (policy === "Never") {
      const message = `Container image "${wanted}" is not present with pull policy of Never`;
      event(pod, container, "Warning", "ErrImageNeverPull", message);
      throw new StartError("ErrImageNeverPull", message);
    }
    return this.#pull(pod, container, image);
  }

  /** Forgets the back-off of a pod that is gone. */
  forget(podUid: string): void {
    this.#backOff.forget(`${podUid}_`);
    for (const key of this.#lastErrors.keys()) if (key.startsWith(`${podUid}_`)) this.#lastErrors.delete(key);
  }

  async #inspect(pod: Pod, container: Container, image: string): Promise<Image | undefined> {
    try {
      return await this.#components.runtime.imageStatus(image);
    } catch (error) {
      const message = `Failed to inspect image "${container.image}": ${messageOf(error)}`;
      this.#components.event(pod, container, "Warning", "InspectFailed", message);
      throw new StartError("ImageInspectError", message, { cause: error });
    }
  }

  async #pull(pod: Pod, container: Container, image: string): Promise<Image> {
    const { event, clock, runtime } = this.#components;
    const wanted = container.image ?? "";
    const key = `${uidOf(pod)}_${wanted}`;
    const wait = this.#backOff.remainingSinceUpdate(key);
    if (wait > 0) {
      const message = `Back-off pulling image "${wanted}"`;
      event(pod, container, "Normal", "BackOff", message);
      const text = `${message}: ${this.#lastErrors.get(key) ?? ""}`;
      throw new StartError("ImagePullBackOff", text, { retryAt: clock.now() + wait });
    }
    event(pod, container, "Normal", "Pulling", `Pulling image "${wanted}"`);
    const startedAt = clock.now();
    try {
      const auth = await pullCredentials(pod, image, this.#components.objects);
      const reference = await runtime.pullImage(image, auth);
      const pulled = (await runtime.imageStatus(reference)) ?? (await runtime.imageStatus(image));
      const took = durationText(clock.now() - startedAt);
      const size = pulled?.size ?? 0;
      const message = `Successfully pulled image "${wanted}" in ${took} (${took} including waiting). Image size: ${size} bytes.`;
      event(pod, container, "Normal", "Pulled", message);
      return pulled ?? { id: reference, repoTags: [image], repoDigests: [], size: 0 };
    } catch (error) {
      const text = messageOf(error);
      event(pod, container, "Warning", "Failed", `Failed to pull image "${wanted}": ${text}`);
      this.#backOff.next(key, clock.now());
      this.#lastErrors.set(key, `ErrImagePull: ${text}`);
      throw new StartError("ErrImagePull", text, { cause: error, retryAt: clock.now() + this.#backOff.delay(key) });
    }
  }
}
