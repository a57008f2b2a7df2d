import { AUTHENTICATOR, type Authenticator, TOKEN_ISSUER, TOKEN_REVIEWER } from "@pinnace/authentication";
import { authenticationModule } from "@pinnace/authentication/module";
import { CLIENT_FACTORY, INFORMERS } from "@pinnace/client";
import { CLOCK, createVirtualClock } from "@pinnace/clock";
import { AUTHORIZER, type Authorizer, ESCALATION_CHECK } from "@pinnace/rbac";
import { rbacModule } from "@pinnace/rbac/module";
import { Container } from "inversify";
import { describe, expect, it } from "vitest";
import { ADMISSION_PLUGINS, type AdmissionPlugin } from "../src/index.ts";
import { admissionModule } from "../src/module.ts";
import { admit, cluster, meta, request } from "./cluster.ts";

/** A container whose client and informers, as in a real one, depend on what the modules bind. */
function compose() {
  const { components } = cluster({ namespaces: [meta("ns")] });
  const container = new Container();
  container.load(authenticationModule, rbacModule, admissionModule);
  container.bind(CLOCK).toConstantValue(createVirtualClock());
  let made = 0;
  const behindServer =
    <T>(value: T) =>
    (context: { get(token: symbol): unknown }) => {
      made++;
      context.get(AUTHENTICATOR);
      context.get(AUTHORIZER);
      return value;
    };
  container
    .bind(CLIENT_FACTORY)
    .toDynamicValue(behindServer({ client: () => components.client() }))
    .inSingletonScope();
  container.bind(INFORMERS).toDynamicValue(behindServer(components.informers())).inSingletonScope();
  return { container, made: () => made };
}

describe("the modules", () => {
  it("bind everything of a server without asking for the server", () => {
    const { container, made } = compose();
    for (const token of [AUTHENTICATOR, TOKEN_ISSUER, TOKEN_REVIEWER, AUTHORIZER, ESCALATION_CHECK])
      expect(container.get(token)).toBe(container.get(token));
    const names = container.getAll<AdmissionPlugin>(ADMISSION_PLUGINS).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(["NamespaceLifecycle", "LimitRanger", "ServiceAccount"]);
    expect(names.at(-1)).toBe("ResourceQuota");
    expect(made()).toBe(0);
  });

  it("reach the server when they need it", async () => {
    const { container, made } = compose();
    const [lifecycle] = container.getAll<AdmissionPlugin>(ADMISSION_PLUGINS);
    await admit(lifecycle as AdmissionPlugin, request("configmaps", { object: meta("c", "ns") }));
    expect(made()).toBe(1);
  });

  it("decide about members of system:masters without any role", async () => {
    const { container, made } = compose();
    const authenticated = await container.get<Authenticator>(AUTHENTICATOR).authenticate({
      method: "GET",
      path: "/",
      query: new URLSearchParams(),
      headers: {},
      signal: new AbortController().signal,
      user: { name: "root", groups: ["system:masters"] },
    });
    const decision = await container.get<Authorizer>(AUTHORIZER).authorize({
      user: authenticated?.user ?? { name: "", groups: [] },
      verb: "get",
      resourceRequest: false,
      path: "/",
      group: "",
      version: "",
      resource: "",
      subresource: "",
      namespace: "",
      name: "",
    });
    expect(decision.decision).toBe("allow");
    expect(made()).toBe(0);
  });
});
