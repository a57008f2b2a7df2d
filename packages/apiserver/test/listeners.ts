import type { ApiHandler } from "@pinnace/apimachinery";
import { createRealClock } from "@pinnace/clock";
import { type CertificateAndKey, type CertificateAuthority, createCertificateAuthority } from "@pinnace/pki";
import { afterEach, beforeAll } from "vitest";
import { type Listener, type ServeOptions, serve, type TlsOptions } from "../src/node/index.ts";

const open: Listener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

export async function listen(handler: ApiHandler, more: Partial<ServeOptions> = {}): Promise<Listener> {
  const listener = await serve({ handler, port: 0, ...more });
  open.push(listener);
  return listener;
}

export const text = (content: string, status = 200): Awaited<ReturnType<ApiHandler>> => ({
  status,
  headers: { "content-type": "text/plain" },
  body: { type: "bytes", bytes: new TextEncoder().encode(content) },
});

/** Answers who the client's certificate names. */
export const whoAmI: ApiHandler = async ({ certificate }) =>
  text(certificate === undefined ? "nobody" : `${certificate.commonName} ${certificate.organizations.join(",")}`);

export let authority: CertificateAuthority;
export let stranger: CertificateAuthority;
export let serving: CertificateAndKey;
export let alice: CertificateAndKey;
export let mallory: CertificateAndKey;

beforeAll(async () => {
  const clock = createRealClock();
  authority = await createCertificateAuthority({ clock, commonName: "cluster" });
  stranger = await createCertificateAuthority({ clock, commonName: "stranger" });
  serving = await authority.issue({ commonName: "server", subjectAltNames: ["127.0.0.1"], usages: ["server"] });
  const client = { commonName: "alice", organizations: ["devs", "ops"], usages: ["client"] } as const;
  alice = await authority.issue(client);
  mallory = await stranger.issue(client);
});

export const tls = (): TlsOptions => ({ cert: serving.certificate, key: serving.key, ca: authority.certificate });
