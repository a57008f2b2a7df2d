import type { Service } from "@pinnace/api";

/**
 * `REDIS_SERVICE_HOST`, `REDIS_SERVICE_PORT`, `REDIS_PORT_6379_TCP_ADDR`, ... for every service that has a cluster IP, as
 * Docker links named them. Services are taken in order of their names.
 */
export function serviceEnvironment(services: readonly Service[]): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  const sorted = [...services].sort((a, b) => ((a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1));
  for (const service of sorted) {
    const ip = service.spec?.clusterIP;
    const ports = service.spec?.ports ?? [];
    if (ip === undefined || ip === "" || ip === "None" || ports.length === 0) continue;
    const name = variableName(service.metadata?.name ?? "");
    env.set(`${name}_SERVICE_HOST`, ip);
    env.set(`${name}_SERVICE_PORT`, String(ports[0]?.port));
    for (const port of ports)
      if (port.name) env.set(`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
    for (const [index, { port, protocol = "TCP" }] of ports.entries()) {
      const url = `${protocol.toLowerCase()}://${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
      const prefix = `${name}_PORT_${port}_${protocol.toUpperCase()}`;
      if (index === 0) env.set(`${name}_PORT`, url);
      env.set(prefix, url);
      env.set(`${prefix}_PROTO`, protocol.toLowerCase());
      env.set(`${prefix}_PORT`, String(port));
      env.set(`${prefix}_ADDR`, ip);
    }
  }
  return env;
}

/** The services whose variables a pod gets: those of its namespace when it wants links, and always the API server's. */
export function visibleServices(
  inNamespace: (namespace: string) => readonly Service[],
  namespace: string,
  links: boolean,
): readonly Service[] {
  const own = links ? inNamespace(namespace) : [];
  const master = inNamespace("default").filter(({ metadata }) => metadata?.name === "kubernetes");
  return own.some(({ metadata }) => metadata?.name === "kubernetes") ? own : [...own, ...master];
}

function variableName(text: string): string {
  return text.toUpperCase().replaceAll("-", "_");
}
