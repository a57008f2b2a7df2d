import type { FeatureGates } from "@pinnace/api";
import { InvalidArgumentError } from "commander";

/** Features that are off unless `--feature-gates` switches them on, and what each of them needs. */
const NEEDS = { GenericWorkload: [], GangScheduling: ["GenericWorkload"] } as const;

type Feature = keyof typeof NEEDS;

/** The features that are on. */
export type Features = ReadonlySet<string>;

/** Reads `GenericWorkload=true,GangScheduling=true`, with upstream's words for what is wrong. */
export function parseFeatureGates(text: string): Features {
  const features = new Set<string>();
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const [name = "", value] = part.split("=");
    if (!Object.hasOwn(NEEDS, name)) throw new InvalidArgumentError(`unrecognized feature gate: ${name}`);
    if (value === undefined) throw new InvalidArgumentError(`missing bool value for ${name}`);
    if (!/^(1|t|true|0|f|false)$/i.test(value)) throw new InvalidArgumentError(`invalid value of ${name}=${value}`);
    if (/^(1|t|true)$/i.test(value)) features.add(name);
    else features.delete(name);
  }
  for (const name of features) {
    const missing = NEEDS[name as Feature].filter((needed) => !features.has(needed));
    if (missing.length === 0) continue;
    throw new InvalidArgumentError(
      `${name} is enabled, but depends on features that are disabled: [${missing.join(" ")}]`,
    );
  }
  return features;
}

/** What of it the API server has to know. */
export const apiFeatures = (features: Features): FeatureGates => ({ GenericWorkload: features.has("GenericWorkload") });

/** The optional scheduler plugins that features bring, by feature. */
const PLUGINS: ReadonlyMap<string, string> = new Map([["GangScheduling", "GangScheduling"]]);

/** Those of some features, where no configuration says which plugins are used. */
export const featurePlugins = (features: Features): readonly string[] =>
  [...PLUGINS].filter(([feature]) => features.has(feature)).map(([, plugin]) => plugin);

/** The feature that brings a plugin; undefined when only a configuration does. */
export const featureOfPlugin = (plugin: string): string | undefined =>
  [...PLUGINS].find(([, each]) => each === plugin)?.[0];
