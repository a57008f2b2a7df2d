import type { Draft } from "@pinnace/apimachinery";
import { quoteGo } from "@pinnace/apimachinery";

interface Mapped {
  readonly path: string;
  readonly source: string;
}

function text({ path, source }: Mapped): string {
  return source === "" ? quoteGo(path) : `${quoteGo(path)} (${source})`;
}

function overlaps(a: Mapped, b: Mapped): boolean {
  if (a.path === "" || b.path === "") return false;
  return `${a.path}/`.startsWith(`${b.path}/`) || `${b.path}/`.startsWith(`${a.path}/`);
}

function collisions(mapped: readonly Mapped[]): string[] {
  const found: string[] = [];
  const trimmed = mapped.map(({ path, source }) => ({ path: path.replace(/\/+$/, ""), source }));
  for (const [position, item] of trimmed.entries()) {
    for (const earlier of trimmed.slice(0, position)) {
      if (overlaps(earlier, item)) found.push(`${text(item)} with ${text(earlier)}`);
    }
  }
  return found;
}

function items(list: Draft, source = ""): Mapped[] {
  return (list ?? []).map((item: Draft) => ({ path: item.path ?? "", source }));
}

function projected(source: Draft): Mapped[] {
  const { configMap, secret, downwardAPI, serviceAccountToken: token, clusterTrustBundle: bundle } = source;
  if (configMap?.items) return items(configMap.items, `ConfigMap ${quoteGo(configMap.name ?? "")}`);
  if (secret?.items) return items(secret.items, `Secret ${quoteGo(secret.name ?? "")}`);
  if (downwardAPI?.items) return items(downwardAPI.items, "DownwardAPI");
  if (token) return [{ path: token.path ?? "", source: "ServiceAccountToken" }];
  if (bundle) {
    return [
      { path: bundle.path ?? "", source: `ClusterTrustBundle ${quoteGo(bundle.name ?? bundle.signerName ?? "")}` },
    ];
  }
  const certificate = source.podCertificate ?? {};
  return [
    { path: certificate.certificateChainPath ?? "", source: "PodCertificate chain" },
    { path: certificate.keyPath ?? "", source: "PodCertificate key" },
    { path: certificate.credentialBundlePath ?? "", source: "PodCertificate credential bundle" },
  ].filter((mapped) => mapped.path !== "");
}

/** Warnings for volumes that would put two things at one path. */
export function pathOverlapWarnings(volumes: readonly Draft[]): string[] {
  const warnings: string[] = [];
  for (const volume of volumes) {
    if (!volume.configMap?.items && !volume.secret?.items && !volume.downwardAPI && !volume.projected) continue;
    const warn = (what: () => string, mapped: readonly Mapped[]): void => {
      if (mapped.length < 2) return;
      for (const body of collisions(mapped)) {
        warnings.push(`volume ${quoteGo(volume.name)} (${what()}): overlapping paths: ${body}`);
      }
    };
    warn(() => `ConfigMap ${quoteGo(volume.configMap?.name ?? "")}`, items(volume.configMap?.items));
    warn(() => `Secret ${quoteGo(volume.secret?.secretName ?? "")}`, items(volume.secret?.items));
    warn(() => "DownwardAPI", items(volume.downwardAPI?.items));
    const sources = volume.projected?.sources ?? [];
    for (const source of sources) {
      if (Object.keys(source).length === 0) {
        warnings.push(`volume ${quoteGo(volume.name)} (Projected) has no sources provided`);
      }
    }
    warn(() => "Projected", sources.flatMap(projected));
  }
  return warnings;
}
