import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
  VOLUME_ATTRIBUTES_CLASSES,
} from "@pinnace/api";
import { objectKey } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import { protect } from "../pvcprotection/protect.ts";

const FINALIZER = "kubernetes.io/vac-protection";

/** Keeps a VolumeAttributesClass from going while a claim or a volume has it, is to have it, or is being given it. */
export const vacProtectionController: ControllerFactory = {
  name: "volumeattributesclass-protection-controller",
  serviceAccount: "volumeattributesclass-protection-controller",
  create: ({ client, informers }) => {
    const classes = informers.informer(VOLUME_ATTRIBUTES_CLASSES);
    const claims = informers.informer(PERSISTENT_VOLUME_CLAIMS, { indexes: { attributesClass: classesOfClaim } });
    const volumes = informers.informer(PERSISTENT_VOLUMES, { indexes: { attributesClass: classesOfVolume } });
    return {
      watches: [
        watchOf(classes, ({ type, object }) => (type === "delete" ? [] : [objectKey(object)])),
        watchOf(claims, ({ old }) => (old === undefined ? [] : classesOfClaim(old))),
        watchOf(volumes, ({ old }) => (old === undefined ? [] : classesOfVolume(old))),
      ],
      reconcile: async (name) => {
        const attributesClass = classes.lister.get(name);
        if (attributesClass === undefined) return undefined;
        const users = [claims, volumes].flatMap(({ lister }) => [...lister.byIndex("attributesClass", name)]);
        await protect(client.resource(VOLUME_ATTRIBUTES_CLASSES), attributesClass, FINALIZER, users.length > 0);
        return undefined;
      },
    };
  },
};

function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const names: readonly (string | undefined)[] = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter((name): name is string => name !== undefined && name !== ""))];
}

function classesOfVolume({ spec }: PersistentVolume): readonly string[] {
  return spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];
}
