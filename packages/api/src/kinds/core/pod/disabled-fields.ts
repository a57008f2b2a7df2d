import type { Draft } from "@pinnace/apimachinery";

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;
/** Projections behind gates that are off by default in 1.36 (KEP-3257, KEP-4317). */
const PROJECTIONS = ["clusterTrustBundle", "podCertificate"] as const;

function usesStopSignal(spec: Draft): boolean {
  return LISTS.some((list) => (spec?.[list] ?? []).some((container: Draft) => container.lifecycle?.stopSignal));
}

function usesProjection(spec: Draft, name: string): boolean {
  return (spec?.volumes ?? []).some((volume: Draft) =>
    volume.projected?.sources?.some((source: Draft) => source[name]),
  );
}

function dropStopSignals(spec: Draft): void {
  for (const list of LISTS) {
    for (const container of spec[list] ?? []) {
      if (!container.lifecycle?.stopSignal) continue;
      delete container.lifecycle.stopSignal;
      if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
    }
  }
}

/** Drops fields behind feature gates that are off by default, unless the stored object has them already. */
export function dropDisabledPodFields(spec: Draft, old?: Draft): void {
  if (!spec) return;
  if (!usesStopSignal(old)) dropStopSignals(spec);
  for (const name of PROJECTIONS) {
    if (usesProjection(old, name)) continue;
    for (const volume of spec.volumes ?? []) for (const source of volume.projected?.sources ?? []) delete source[name];
  }
  if (!old?.schedulingGroup) delete spec.schedulingGroup;
}

/** The same for the template of a workload, in both hooks of its strategy. */
export const dropInTemplate: {
  readonly prepareForCreate: (object: Draft) => void;
  readonly prepareForUpdate: (object: Draft, old: Draft) => void;
} = {
  prepareForCreate: (object) => {
    delete object.status;
    dropDisabledPodFields(object.spec.template?.spec);
  },
  prepareForUpdate: (object, old) => {
    if (old.status === undefined) delete object.status;
    else object.status = old.status;
    dropDisabledPodFields(object.spec.template?.spec, old.spec.template?.spec);
  },
};
