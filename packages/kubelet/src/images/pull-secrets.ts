import type { Pod } from "@pinnace/api";
import { decodeBase64, type ObjectSource } from "@pinnace/storage";

interface PullCredentials {
  readonly username: string;
  readonly password: string;
}

/** The credentials for an image from the pod's imagePullSecrets: the longest registry path that matches, or undefined. */
export async function pullCredentials(
  pod: Pod,
  image: string,
  objects: ObjectSource,
): Promise<PullCredentials | undefined> {
  let best: { readonly length: number; readonly credentials: PullCredentials } | undefined;
  for (const { name = "" } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await objects.secret(pod.metadata?.namespace ?? "", name);
    const data = secret?.data ?? {};
    const entries = data[".dockerconfigjson"]
      ? (parse(data[".dockerconfigjson"]) as { auths?: Auths }).auths
      : data[".dockercfg"] && (parse(data[".dockercfg"]) as Auths);
    for (const [registry, entry] of Object.entries(entries || {})) {
      const credentials = credentialsOf(entry);
      const path = registry.replace(/^https?:\/\//, "").replace(/\/(v1|v2)?\/?$/, "");
      if (credentials && matches(path, image) && (best === undefined || path.length > best.length))
        best = { length: path.length, credentials };
    }
  }
  return best?.credentials;
}

type Auths = Readonly<Record<string, AuthEntry>>;
interface AuthEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
}

function parse(base64: string): unknown {
  return JSON.parse(new TextDecoder().decode(decodeBase64(base64)));
}

function credentialsOf({ username, password, auth }: AuthEntry): PullCredentials | undefined {
  if (username !== undefined && password !== undefined) return { username, password };
  if (auth === undefined) return undefined;
  const text = new TextDecoder().decode(decodeBase64(auth));
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** `*` stands for one label of the host name. */
function matches(registry: string, image: string): boolean {
  const [host = "", ...path] = registry.split("/");
  const [imageHost = "", ...imagePath] = normalised(image).split("/");
  const pattern = new RegExp(`^${host.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^.]*")}$`);
  const dockerHub = /^(index\.)?docker\.io$/.test(host) && imageHost === "docker.io";
  return (dockerHub || pattern.test(imageHost)) && path.every((part, index) => imagePath[index] === part);
}

function normalised(image: string): string {
  const first = image.split("/")[0] ?? "";
  return image.includes("/") && /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}
