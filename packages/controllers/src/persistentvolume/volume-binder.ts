import { defaultStorageClass } from "@pinnace/admission";
import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimStatus,
  STORAGE_CLASSES,
  type StorageClass,
} from "@pinnace/api";
import { formatTime, objectKey, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { classOf, findVolume, isBoundTo, mismatch, nameOf } from "./match-volume.ts";

const CLAIM = "claim/";
const VOLUME = "volume/";
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
const PROVISIONER = "volume.kubernetes.io/storage-provisioner";
const PROVISIONER_BETA = "volume.beta.kubernetes.io/storage-provisioner";
const CLASS_BETA = "volume.beta.kubernetes.io/storage-class";
const NO_PROVISIONER = "kubernetes.io/no-provisioner";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
/** How long until claims that found no volume are looked at again, milliseconds. */
const RETRY = 15_000;

/** Binds claims to volumes and keeps the phases of both. */
export class VolumeBinder implements ControllerDefinition {
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;

  constructor(components: ControllerComponents) {
    const { informers } = components;
    this.#components = components;
    this.#claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = informers.informer(PERSISTENT_VOLUMES);
    this.#classes = informers.informer(STORAGE_CLASSES);
    this.watches = [
      watchOf(this.#claims, (event) => this.#claimKeys(event)),
      watchOf(this.#volumes, (event) => this.#volumeKeys(event)),
      watchOf(this.#classes, () => this.#pendingClaims()),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    if (key.startsWith(VOLUME)) return this.#syncVolume(key.slice(VOLUME.length));
    const claim = this.#claims.lister.get(key.slice(CLAIM.length));
    if (claim === undefined) return undefined;
    if (claim.metadata?.annotations?.[BIND_COMPLETED] !== undefined) return this.#syncBound(claim);
    return claim.spec?.volumeName ? this.#syncRequested(claim, claim.spec.volumeName) : this.#syncUnbound(claim);
  }

  async #syncUnbound(claim: PersistentVolumeClaim): Promise<ReconcileResult | undefined> {
    const storageClass = this.#classes.lister.get(classOf(claim));
    const waits =
      storageClass?.volumeBindingMode === "WaitForFirstConsumer" &&
      claim.metadata?.annotations?.[SELECTED_NODE] === undefined;
    const reserved = this.#volumes.lister.list().filter((volume) => isBoundTo(volume, claim));
    const volume = findVolume(claim, waits ? reserved : this.#volumes.lister.list());
    if (volume !== undefined) {
      await this.#bind(claim, volume);
      return undefined;
    }
    if (await this.#assignDefaultClass(claim)) return undefined;
    if (claim.status?.phase !== "Pending") await this.#setClaimStatus(claim, { phase: "Pending" });
    if (waits)
      this.#claimEvent(
        claim,
        "Normal",
        "WaitForFirstConsumer",
        "waiting for first consumer to be created before binding",
      );
    else await this.#askForVolume(claim, storageClass);
    return { requeueAfter: RETRY };
  }

  /** A claim that names no class gets the default class, also one that was marked later (KEP-3333). */
  async #assignDefaultClass(claim: PersistentVolumeClaim): Promise<boolean> {
    const { metadata, spec } = claim;
    if (spec?.storageClassName !== undefined || metadata?.annotations?.[CLASS_BETA] !== undefined) return false;
    const storageClassName = defaultStorageClass(this.#classes.lister.list())?.metadata?.name;
    if (storageClassName === undefined) return false;
    const claims = this.#components.client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(metadata?.namespace ?? "");
    await claims.update({ ...claim, spec: { ...spec, storageClassName } });
    return true;
  }

  async #askForVolume(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): Promise<void> {
    const name = classOf(claim);
    if (name === "") {
      const message = "no persistent volumes available for this claim and no storage class is set";
      this.#claimEvent(claim, "Normal", "FailedBinding", message);
    } else if (storageClass === undefined) {
      const message = `storageclass.storage.k8s.io "${name}" not found`;
      this.#claimEvent(claim, "Warning", "ProvisioningFailed", message);
    } else if (storageClass.provisioner !== NO_PROVISIONER) {
      const { provisioner } = storageClass;
      const annotations = { [PROVISIONER]: provisioner, [PROVISIONER_BETA]: provisioner };
      if (claim.metadata?.annotations?.[PROVISIONER] !== provisioner) await this.#annotateClaim(claim, annotations);
      const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
      this.#claimEvent(claim, "Normal", "ExternalProvisioning", message);
    }
  }

  /** A claim that names its volume. */
  async #syncRequested(claim: PersistentVolumeClaim, name: string): Promise<ReconcileResult | undefined> {
    const volume = this.#volumes.lister.get(name);
    if (volume === undefined) {
      await this.#setClaimStatus(claim, { phase: "Pending" });
      return { requeueAfter: RETRY };
    }
    const free = volume.spec?.claimRef === undefined;
    const problem = mismatch(claim, volume);
    if ((free || isBoundTo(volume, claim)) && problem === undefined) {
      await this.#bind(claim, volume);
      return undefined;
    }
    await this.#setClaimStatus(claim, { phase: "Pending" });
    if (problem !== undefined) {
      const message = `Cannot bind to requested volume "${name}": ${problem}`;
      this.#claimEvent(claim, "Warning", "VolumeMismatch", message);
    } else this.#claimEvent(claim, "Warning", "FailedBinding", `volume "${name}" already bound to a different claim.`);
    return { requeueAfter: RETRY };
  }

  /** A claim that was bound once: it is Lost when its volume is gone or somebody else's. */
  async #syncBound(claim: PersistentVolumeClaim): Promise<undefined> {
    const volume = this.#volumes.lister.get(claim.spec?.volumeName ?? "");
    if (volume !== undefined && (volume.spec?.claimRef === undefined || isBoundTo(volume, claim))) {
      await this.#bind(claim, volume);
      return;
    }
    if (claim.status?.phase === "Lost") return;
    await this.#setClaimStatus(claim, { phase: "Lost" });
    const message =
      volume === undefined
        ? "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
        : "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
    this.#claimEvent(claim, "Warning", "ClaimLost", message);
  }

  /** Four writes, each of which may be the last before a crash: claimRef, phase of the volume, claim, its phase. */
  async #bind(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const { client } = this.#components;
    const volumes = client.resource(PERSISTENT_VOLUMES);
    const { name = "", namespace = "", uid = "", resourceVersion = "" } = claim.metadata ?? {};
    let bound = volume;
    if (!volume.spec?.claimRef?.uid) {
      const claimRef = { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion };
      const byUs = volume.spec?.claimRef === undefined ? { [BOUND_BY_CONTROLLER]: "yes" } : {};
      const annotations = { ...volume.metadata?.annotations, ...byUs };
      const metadata = { ...volume.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
      bound = await volumes.update({ ...volume, metadata, spec: { ...volume.spec, claimRef } });
    }
    bound = await this.#setVolumePhase(bound, "Bound");
    let next = claim;
    if (claim.metadata?.annotations?.[BIND_COMPLETED] === undefined) {
      const byUs = claim.spec?.volumeName ? {} : { [BOUND_BY_CONTROLLER]: "yes" };
      const annotations = { ...claim.metadata?.annotations, ...byUs, [BIND_COMPLETED]: "yes" };
      next = await client
        .resource(PERSISTENT_VOLUME_CLAIMS)
        .namespace(namespace)
        .update({
          ...claim,
          metadata: { ...claim.metadata, annotations },
          spec: { ...claim.spec, volumeName: nameOf(volume) },
        });
    }
    const { accessModes = [], capacity = {} } = bound.spec ?? {};
    await this.#setClaimStatus(next, { ...next.status, phase: "Bound", accessModes, capacity });
  }

  async #syncVolume(name: string): Promise<undefined> {
    const volume = this.#volumes.lister.get(name);
    if (volume === undefined) return;
    const reference = volume.spec?.claimRef;
    if (reference?.uid === undefined) {
      await this.#setVolumePhase(volume, "Available");
      return;
    }
    const claim = this.#claims.lister.get(`${reference.namespace}/${reference.name}`);
    if (claim !== undefined && claim.metadata?.uid === reference.uid) return;
    if (volume.status?.phase === "Failed") return;
    const released = await this.#setVolumePhase(volume, "Released");
    // Volumes of CSI drivers are deleted by their drivers; no other kind can be deleted from here.
    if (volume.spec?.persistentVolumeReclaimPolicy !== "Delete" || volume.spec.csi !== undefined) return;
    const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
    await this.#setVolumePhase(released, "Failed", message);
    this.#components.events.event(volume, "Warning", "VolumeFailedDelete", message);
  }

  async #setVolumePhase(volume: PersistentVolume, phase: string, message?: string): Promise<PersistentVolume> {
    if (volume.status?.phase === phase && volume.status.message === message) return volume;
    const lastPhaseTransitionTime = formatTime(this.#components.clock.now());
    const status = { phase, lastPhaseTransitionTime, ...(message === undefined ? {} : { message }) };
    return this.#components.client.resource(PERSISTENT_VOLUMES).updateStatus({ ...volume, status });
  }

  async #setClaimStatus(claim: PersistentVolumeClaim, status: PersistentVolumeClaimStatus): Promise<void> {
    if (semanticEqual(claim.status, status)) return;
    const { namespace = "" } = claim.metadata ?? {};
    const claims = this.#components.client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(namespace);
    await claims.updateStatus({ ...claim, status });
  }

  async #annotateClaim(claim: PersistentVolumeClaim, annotations: Readonly<Record<string, string>>): Promise<void> {
    const { metadata } = claim;
    const claims = this.#components.client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(metadata?.namespace ?? "");
    await claims.update({
      ...claim,
      metadata: { ...metadata, annotations: { ...metadata?.annotations, ...annotations } },
    });
  }

  #claimEvent(claim: PersistentVolumeClaim, type: "Normal" | "Warning", reason: string, message: string): void {
    this.#components.events.event(claim, type, reason, message);
  }

  *#claimKeys({ type, object }: CacheEvent<PersistentVolumeClaim>): Iterable<string> {
    if (type !== "delete") yield CLAIM + objectKey(object);
    else if (object.spec?.volumeName) yield VOLUME + object.spec.volumeName;
  }

  *#volumeKeys({ type, object }: CacheEvent<PersistentVolume>): Iterable<string> {
    if (type !== "delete") yield VOLUME + nameOf(object);
    const reference = object.spec?.claimRef;
    if (reference !== undefined) yield `${CLAIM}${reference.namespace}/${reference.name}`;
    else yield* this.#pendingClaims();
  }

  #pendingClaims(): readonly string[] {
    return this.#claims.lister
      .list()
      .filter(({ status }) => status?.phase === undefined || status.phase === "Pending")
      .map((claim) => CLAIM + objectKey(claim));
  }
}
