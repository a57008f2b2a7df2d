import { NAMESPACES, SERVICE_ACCOUNTS } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";

const DEFAULT = "default";

/** Gives every active namespace its ServiceAccount `default`, again when somebody deletes it. */
export const serviceAccountController: ControllerFactory = {
  name: "serviceaccount-controller",
  serviceAccount: "service-account-controller",
  create: ({ client, informers }) => {
    const namespaces = informers.informer(NAMESPACES);
    const accounts = informers.informer(SERVICE_ACCOUNTS);
    return {
      watches: [
        watchOf(namespaces, ({ type, object }) => (type === "delete" ? [] : [object.metadata?.name ?? ""])),
        watchOf(accounts, ({ type, object }) => {
          const { name, namespace = "" } = object.metadata ?? {};
          return type === "delete" && name === DEFAULT ? [namespace] : [];
        }),
      ],
      reconcile: async (name) => {
        const namespace = namespaces.lister.get(name);
        if (namespace?.status?.phase === "Terminating" || namespace?.metadata?.deletionTimestamp !== undefined)
          return undefined;
        if (namespace === undefined || accounts.lister.get(`${name}/${DEFAULT}`) !== undefined) return undefined;
        try {
          await client
            .resource(SERVICE_ACCOUNTS)
            .namespace(name)
            .create({ metadata: { name: DEFAULT, namespace: name } });
        } catch (error) {
          if (!hasReason(error, "AlreadyExists") && !isNamespaceTerminating(error)) throw error;
        }
        return undefined;
      },
    };
  },
};
