import type { KindBehaviour } from "../kind-behaviour.ts";

/** The behaviour of built-in kinds, by `group/version/Kind` (`apps/v1/Deployment`, `v1/Pod`). */
export const kinds: Readonly<Record<string, KindBehaviour>> = {};
