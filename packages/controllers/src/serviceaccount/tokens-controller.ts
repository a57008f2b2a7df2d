import { SECRETS, SERVICE_ACCOUNTS, type Secret, type ServiceAccount } from "@pinnace/api";
import { hasReason, objectKey } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  watchOf,
} from "@pinnace/controller-runtime";

const TOKEN_TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

export interface TokensControllerOptions {
  /** Signs the token that a Secret of type `kubernetes.io/service-account-token` holds. Absent: such Secrets stay empty. */
  readonly issueToken?: (account: ServiceAccount, secret: Secret) => Promise<string>;
  /** PEM of the cluster's CA, for `ca.crt` in such Secrets. */
  readonly rootCa?: string;
}

/** Fills token Secrets that somebody makes for a service account, and deletes those whose account is gone. */
export function tokensController(options: TokensControllerOptions): ControllerFactory {
  return {
    name: "serviceaccount-token-controller",
    serviceAccount: "",
    create: (components) => new TokensController(options, components),
  };
}

class TokensController implements ControllerDefinition {
  readonly watches: ControllerDefinition["watches"];
  readonly #options: TokensControllerOptions;
  readonly #components: ControllerComponents;
  readonly #secrets: Informer<Secret>;
  readonly #accounts: Informer<ServiceAccount>;

  constructor(options: TokensControllerOptions, components: ControllerComponents) {
    this.#options = options;
    this.#components = components;
    this.#secrets = components.informers.informer(SECRETS);
    this.#accounts = components.informers.informer(SERVICE_ACCOUNTS);
    this.watches = [
      watchOf(this.#secrets, ({ object }) => (isToken(object) ? [objectKey(object)] : [])),
      watchOf(this.#accounts, (event) => this.#accountKeys(event)),
    ];
  }

  async reconcile(key: string): Promise<undefined> {
    const secret = this.#secrets.lister.get(key);
    if (secret === undefined) return this.#dropReferences(key);
    if (!isToken(secret) || secret.metadata?.deletionTimestamp !== undefined) return;
    const account = await this.#accountOf(secret);
    const secrets = this.#components.client.resource(SECRETS).namespace(secret.metadata?.namespace ?? "");
    try {
      if (account === undefined) {
        const preconditions = { uid: secret.metadata?.uid ?? "" };
        await secrets.delete(secret.metadata?.name ?? "", { preconditions });
        return;
      }
      const next = await this.#filled(secret, account);
      if (next !== undefined) await secrets.update(next);
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error;
    }
  }

  /** The account of the Secret; the server is asked before it counts as gone, because the cache may lag. */
  async #accountOf({ metadata }: Secret): Promise<ServiceAccount | undefined> {
    const name = metadata?.annotations?.[ACCOUNT_NAME] ?? "";
    const namespace = metadata?.namespace ?? "";
    const cached = this.#accounts.lister.get(`${namespace}/${name}`);
    const account =
      cached ??
      (await this.#components.client
        .resource(SERVICE_ACCOUNTS)
        .namespace(namespace)
        .get(name)
        .catch((error: unknown) => {
          if (!hasReason(error, "NotFound")) throw error;
          return undefined;
        }));
    const uid = metadata?.annotations?.[ACCOUNT_UID];
    return account === undefined || (uid !== undefined && uid !== account.metadata?.uid) ? undefined : account;
  }

  /** The Secret with what is missing; undefined when nothing is. Data of others stay. */
  async #filled(secret: Secret, account: ServiceAccount): Promise<Secret | undefined> {
    const { issueToken, rootCa } = this.#options;
    const { metadata, data = {} } = secret;
    const namespace = metadata?.namespace ?? "";
    const missing: Record<string, string> = {};
    if (rootCa !== undefined && data["ca.crt"] !== base64(rootCa)) missing["ca.crt"] = base64(rootCa);
    if (data.namespace !== base64(namespace)) missing.namespace = base64(namespace);
    if (!data.token && issueToken !== undefined) missing.token = base64(await issueToken(account, secret));
    const uid = account.metadata?.uid ?? "";
    if (Object.keys(missing).length === 0 && metadata?.annotations?.[ACCOUNT_UID] === uid) return undefined;
    const annotations = { ...metadata?.annotations, [ACCOUNT_UID]: uid };
    return { ...secret, metadata: { ...metadata, annotations }, data: { ...data, ...missing } };
  }

  /** A token Secret that is gone is taken off its account's list. */
  async #dropReferences(key: string): Promise<undefined> {
    const [namespace = "", name = ""] = key.split("/");
    for (const account of this.#accounts.lister.inNamespace(namespace)) {
      const secrets = account.secrets ?? [];
      const left = secrets.filter((reference) => reference.name !== name);
      if (left.length === secrets.length) continue;
      await this.#components.client
        .resource(SERVICE_ACCOUNTS)
        .namespace(namespace)
        .update({ ...account, secrets: left });
    }
  }

  *#accountKeys({ type, object }: CacheEvent<ServiceAccount>): Iterable<string> {
    if (type === "update") return;
    for (const secret of this.#secrets.lister.inNamespace(object.metadata?.namespace ?? ""))
      if (isToken(secret) && secret.metadata?.annotations?.[ACCOUNT_NAME] === object.metadata?.name)
        yield objectKey(secret);
  }
}

function isToken({ type }: Secret): boolean {
  return type === TOKEN_TYPE;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
