/** What a kubelet does over the pod network: HTTP, TCP and gRPC health checks, for probes and lifecycle hooks. */
export interface PodNetwork {
  /** GET without following redirects off the host and without verifying certificates; rejects when no answer came. */
  httpGet(request: HttpCheck): Promise<{ readonly status: number; readonly body: string }>;
  /** Resolves when a connection could be opened. */
  tcpConnect(host: string, port: number, timeout: number): Promise<void>;
  /** The serving status of grpc.health.v1.Health/Check: `SERVING`, `NOT_SERVING`, ...; rejects when there is no answer. */
  grpcHealth(host: string, port: number, service: string, timeout: number): Promise<string>;
}

export interface HttpCheck {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Milliseconds. */
  readonly timeout: number;
}
