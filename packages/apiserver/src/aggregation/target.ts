import type { Draft } from "@pinnace/apimachinery";
import type { ExtensionTarget } from "./extension-transport.ts";

/** How to reach the server of an APIService at one of its endpoints. */
export function targetOf({ spec }: Draft, endpoint: { readonly host: string; readonly port: number }): ExtensionTarget {
  const { service, caBundle = "", insecureSkipTLSVerify = false } = spec;
  const ca = new TextDecoder().decode(Uint8Array.from(atob(caBundle), (char) => char.charCodeAt(0)));
  return { ...endpoint, serverName: `${service.name}.${service.namespace}.svc`, ca, insecure: insecureSkipTLSVerify };
}
