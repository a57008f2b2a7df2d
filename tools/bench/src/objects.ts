import { NAME } from "./load/job.ts";

/**
 * The JSON of a Pod of about so many bytes, such as a Deployment makes, with {@link NAME} as its name. No scheduler takes
 * it.
 */
export function podJson(bytes: number, containers: 1 | 2 = 2): string {
  const padding = Math.max(0, bytes - JSON.stringify(makePod(containers, "")).length);
  return JSON.stringify(makePod(containers, "x".repeat(padding)));
}

function makePod(containers: 1 | 2, padding: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: NAME,
      labels: { app: "web", "pod-template-hash": "6d4cf56db6", tier: "frontend" },
      annotations: {
        "bench.example.com/padding": padding,
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "8080",
      },
    },
    spec: {
      schedulerName: "nobody",
      containers: [container("web", 8080), container("sidecar", 9090)].slice(0, containers),
      volumes: [
        { name: "config", configMap: { name: "web-config" } },
        { name: "secret", secret: { secretName: "web-secret" } },
        { name: "scratch", emptyDir: {} },
      ],
      tolerations: [{ key: "dedicated", operator: "Equal", value: "web", effect: "NoSchedule" }],
      nodeSelector: { "kubernetes.io/os": "linux" },
      securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 2000 },
      terminationGracePeriodSeconds: 30,
    },
  };
}

function container(name: string, port: number): object {
  return {
    name,
    image: `registry.example.com/team/${name}:v1.2.3`,
    args: ["--port", String(port), "--log-level=info"],
    ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "MODE", value: "production" },
      { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "web-secret", key: "url" } } },
    ],
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    readinessProbe: { httpGet: { path: "/healthz", port: "http" }, initialDelaySeconds: 2, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: "/livez", port: "http" }, periodSeconds: 10, failureThreshold: 3 },
    volumeMounts: [
      { name: "config", mountPath: "/etc/web", readOnly: true },
      { name: "scratch", mountPath: "/tmp" },
    ],
  };
}
