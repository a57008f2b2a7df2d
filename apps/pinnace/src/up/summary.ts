/** What a user needs to know of a running cluster. */
interface Summary {
  readonly server: string;
  readonly kubeconfig: string;
  /** `2 simulated nodes (sim-0, sim-1)`, `a real node (host) on containerd`, `no nodes`. */
  readonly nodes: string;
  /** Why the nodes are of this kind; absent when it was asked for. */
  readonly why?: string;
  readonly log: string;
  /** The socket that images are imported to, on a real node. */
  readonly containerd?: string;
  /** Whether kubectl is on PATH. */
  readonly kubectl: boolean;
}

/** The lines that `pinnace up` ends with. */
export function renderSummary({ server, kubeconfig, nodes, why, log, containerd, kubectl }: Summary): string {
  return `
The cluster is running.

  API          ${server}
  kubeconfig   ${kubeconfig}
  nodes        ${nodes}${why === undefined ? "" : `\n               (${why})`}
  log          ${log}

In another terminal:

  export KUBECONFIG=${kubeconfig}

${importHint(containerd)}  kubectl get nodes
  kubectl create deployment web --image=localhost/pinnace/web:1 --replicas=3
  kubectl get pods -o wide --watch

${kubectl ? "" : `kubectl is not on PATH: ${KUBECTL_HINT}\n\n`}Ctrl-C stops it; the next start goes on from its state.
`;
}

const KUBECTL_HINT = "https://kubernetes.io/docs/tasks/tools, or apt-get install -y kubernetes-client";

/** A real node runs real images; this one needs no registry. */
function importHint(socket: string | undefined): string {
  return socket === undefined ? "" : `  npm run images -- --import ${socket}   # once: a small web server\n\n`;
}
