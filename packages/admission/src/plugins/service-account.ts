import { SERVICE_ACCOUNTS, type ServiceAccount } from "@pinnace/api";
import type { Draft } from "@pinnace/apimachinery";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { createObjectReader } from "../object-reader.ts";
import { refersToSecrets } from "../pod-references.ts";
import { refusal } from "../refusal.ts";
import { isRequest } from "../request-kind.ts";
import { createAccountWait } from "./service-account-wait.ts";

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
const MIRROR = "kubernetes.io/config.mirror";
/** An hour, and 7 seconds by which the API server recognises the default request. */
const EXPIRATION_SECONDS = 60 * 60 + 7;
const NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/**
 * `ServiceAccount`: a pod gets the account `default` when it names none, the account's pull secrets, and a projected
 * volume with token, CA and namespace at `/var/run/secrets/kubernetes.io/serviceaccount`, unless account or pod opt out.
 * A new namespace's default account is waited for.
 */
export function createServiceAccountPlugin(
  components: Pick<AdmissionComponents, "client" | "informers" | "clock" | "random">,
): AdmissionPlugin {
  const accounts = createObjectReader(components, SERVICE_ACCOUNTS);
  const waitForAccount = createAccountWait(accounts, components.clock);
  const find = async (request: AdmissionRequest, name: string): Promise<ServiceAccount> => {
    const { namespace } = request;
    const account = (await accounts.get(namespace, name)) ?? (await waitForAccount(namespace, name));
    if (account !== undefined) return account;
    const lookup = `error looking up service account ${namespace}/${name}`;
    throw refusal(request, `${lookup}: serviceaccount ${JSON.stringify(name)} not found`);
  };
  return {
    name: "ServiceAccount",
    handles: (request) => isRequest(request, "pods", "CREATE"),
    async mutate(request) {
      const pod: Draft = request.object;
      if (pod.metadata?.annotations?.[MIRROR] !== undefined) return;
      const name = pod.spec.serviceAccountName || "default";
      pod.spec.serviceAccountName = name;
      pod.spec.serviceAccount = name;
      const account = await find(request, name);
      if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true)
        mountToken(pod.spec, components.random);
      if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
        pod.spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }));
    },
    async validate(request) {
      const pod: Draft = request.object;
      if (pod.metadata?.annotations?.[MIRROR] !== undefined) validateMirror(request, pod);
      else await find(request, pod.spec.serviceAccountName);
    },
  };
}

function validateMirror(request: AdmissionRequest, pod: Draft): void {
  if (pod.spec.serviceAccountName) throw refusal(request, "a mirror pod may not reference service accounts");
  if (refersToSecrets(pod.spec)) throw refusal(request, "a mirror pod may not reference secrets");
  for (const volume of pod.spec.volumes ?? [])
    for (const source of volume.projected?.sources ?? [])
      if (source.serviceAccountToken)
        throw refusal(request, "a mirror pod may not use ServiceAccountToken volume projections");
}

/** Mounts the token into every container that has nothing at its path, and adds the volume when one needs it. */
function mountToken(spec: Draft, random: () => number): void {
  const existing = spec.volumes?.find((volume: Draft) => volume.name.startsWith(VOLUME_PREFIX));
  const name = existing?.name ?? `${VOLUME_PREFIX}${suffix(random)}`;
  let mounted = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (container.volumeMounts?.some((mount: Draft) => mount.mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
    mounted = true;
  }
  if (mounted && existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Draft {
  const namespace = { path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: EXPIRATION_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [namespace] } },
      ],
      defaultMode: 0o644,
    },
  };
}

/** Five characters, as names are generated everywhere. */
function suffix(random: () => number): string {
  let text = "";
  for (let i = 0; i < 5; i++) text += NAME_ALPHABET[Math.floor(random() * NAME_ALPHABET.length)];
  return text;
}
