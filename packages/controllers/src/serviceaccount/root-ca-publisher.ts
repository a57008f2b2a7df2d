import { CONFIG_MAPS, type ConfigMap, NAMESPACES } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";

const NAME = "kube-root-ca.crt";
const DESCRIPTION = "kubernetes.io/description";
const DESCRIPTION_TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/** Keeps ConfigMap `kube-root-ca.crt` with the cluster's CA (PEM) in every active namespace. */
export function rootCaPublisher(ca: string): ControllerFactory {
  return {
    name: "root-ca-certificate-publisher-controller",
    serviceAccount: "root-ca-cert-publisher",
    create: ({ client, informers }) => {
      const namespaces = informers.informer(NAMESPACES);
      const configMaps = informers.informer(CONFIG_MAPS);
      return {
        watches: [
          watchOf(namespaces, ({ type, object }) => (type === "delete" ? [] : [object.metadata?.name ?? ""])),
          watchOf(configMaps, ({ object }) => {
            const { name, namespace = "" } = object.metadata ?? {};
            return name === NAME ? [namespace] : [];
          }),
        ],
        reconcile: async (name) => {
          const namespace = namespaces.lister.get(name);
          if (namespace === undefined || namespace.metadata?.deletionTimestamp !== undefined) return undefined;
          const present = configMaps.lister.get(`${name}/${NAME}`);
          const resource = client.resource(CONFIG_MAPS).namespace(name);
          try {
            if (present === undefined)
              await resource.create(published({ metadata: { name: NAME, namespace: name } }, ca));
            else if (!isCurrent(present, ca)) await resource.update(published(present, ca));
          } catch (error) {
            if (!hasReason(error, "AlreadyExists") && !isNamespaceTerminating(error)) throw error;
          }
          return undefined;
        },
      };
    },
  };
}

/** Only the data and our one annotation count: others may annotate the object as they like. */
function isCurrent({ data = {}, metadata }: ConfigMap, ca: string): boolean {
  return (
    data["ca.crt"] === ca && Object.keys(data).length === 1 && metadata?.annotations?.[DESCRIPTION] === DESCRIPTION_TEXT
  );
}

function published(configMap: ConfigMap, ca: string): ConfigMap {
  const { metadata } = configMap;
  const annotations = { ...metadata?.annotations, [DESCRIPTION]: DESCRIPTION_TEXT };
  return { ...configMap, metadata: { ...metadata, annotations }, data: { "ca.crt": ca } };
}
