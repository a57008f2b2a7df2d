import type { Image } from "@pinnace/cri";
import { CodedError } from "@pinnace/errors";
import { textDigest, textFraction } from "./identifiers.ts";

const MIB = 1024 * 1024;

/** Images of a simulated node: every reference exists, and is there once it was pulled. */
export class SimulatedImages {
  readonly #byReference = new Map<string, Image>();

  get(reference: string): Image | undefined {
    return this.#byReference.get(reference);
  }

  list(): readonly Image[] {
    return [...new Set(this.#byReference.values())];
  }

  /** Pulls; answers the reference by which containers name it. Throws `CodedError` `UNKNOWN` for a `.invalid` registry. */
  pull(tag: string): string {
    const host = /^([^/]+\.invalid)(?::\d+)?\//.exec(tag)?.[1];
    if (host !== undefined)
      throw new CodedError(
        "UNKNOWN",
        `failed to pull and unpack image "${tag}": failed to resolve reference "${tag}": dial tcp: lookup ${host}: no such host`,
      );
    const known = this.#byReference.get(tag);
    if (known) return known.id;
    const id = textDigest(tag);
    const [name = tag] = tag.split("@");
    const repository = name.replace(/:[^:/]+$/, "");
    const size = Math.round((5 + textFraction(tag) * 95) * MIB);
    const image: Image = { id, repoTags: [tag], repoDigests: [`${repository}@${id}`], size };
    this.#byReference.set(tag, image);
    this.#byReference.set(id, image);
    return id;
  }

  remove(reference: string): void {
    const image = this.#byReference.get(reference);
    for (const key of [...(image?.repoTags ?? []), image?.id ?? ""]) this.#byReference.delete(key);
  }
}
