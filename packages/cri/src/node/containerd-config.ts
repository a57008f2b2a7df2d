import { join } from "node:path";

/** What an own containerd needs to know. Paths are absolute. */
export interface ContainerdConfig {
  /** Root of everything: state, socket, configuration. */
  readonly directory: string;
  readonly cniConfigDirectory: string;
  readonly cniBinaryDirectory: string;
  readonly pauseImage: string;
  /** Absolute paths of the OCI runtimes by handler name; `defaultRuntime` names one of them. */
  readonly runtimes: Readonly<Record<string, string>>;
  readonly defaultRuntime: string;
  /** Root that lacks CAP_SYS_RESOURCE cannot lower oom_score_adj. */
  readonly restrictOomScoreAdj: boolean;
  /** cgroup2 hosts that run systemd want its driver; everything else uses cgroupfs. */
  readonly systemdCgroup: boolean;
}

export const socketOf = (directory: string): string => join(directory, "containerd.sock");

const quote = (text: string): string => JSON.stringify(text);

/** config.toml, version 2: containerd 1.5 to 2.x read it. */
export function renderContainerdConfig(config: ContainerdConfig): string {
  const { directory } = config;
  const runtimes = Object.entries(config.runtimes).map(
    ([name, path]) => `
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.${name}]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.${name}.options]
        BinaryName = ${quote(path)}
        SystemdCgroup = ${config.systemdCgroup}`,
  );
  return `version = 2
root = ${quote(join(directory, "root"))}
state = ${quote(join(directory, "state"))}
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = ${quote(socketOf(directory))}
[ttrpc]
  address = ${quote(join(directory, "containerd.sock.ttrpc"))}
[plugins."io.containerd.internal.v1.opt"]
  path = ${quote(join(directory, "opt"))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(config.pauseImage)}
  restrict_oom_score_adj = ${config.restrictOomScoreAdj}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  disable_apparmor = true
  tolerate_missing_hugetlb_controller = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${quote(config.cniBinaryDirectory)}
    conf_dir = ${quote(config.cniConfigDirectory)}
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${quote(join(directory, "certs.d"))}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = ${quote(config.defaultRuntime)}${runtimes.join("")}
`;
}
