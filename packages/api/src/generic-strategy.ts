import type { Draft, Strategy } from "@pinnace/apimachinery";

const identityMembers: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function copyMember(draft: Draft, old: Draft, name: string): void {
  if (old[name] === undefined) delete draft[name];
  else draft[name] = old[name];
}

/**
 * What a kind does when it says nothing: a new object starts without status, an update of the object keeps the old
 * status. Kinds without a `status` subresource keep what the client sends.
 */
export function genericStrategy(hasStatus: boolean): Strategy {
  const plain: Strategy = { allowCreateOnUpdate: false, allowUnconditionalUpdate: true, generation: false };
  if (!hasStatus) return plain;
  return {
    ...plain,
    prepareForCreate(draft) {
      delete draft.status;
    },
    prepareForUpdate(draft, old) {
      copyMember(draft, old, "status");
    },
  };
}

/** Writes through `status`: everything but status and metadata is put back. */
export const genericStatusStrategy: Strategy = {
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
  generation: false,
  prepareForUpdate(draft, old) {
    for (const name of new Set([...Object.keys(draft), ...Object.keys(old)]))
      if (name !== "status" && !identityMembers.has(name)) copyMember(draft, old, name);
  },
};
