/** CRI over containerd, and a containerd of one's own. Linux only. */
export { removeCgroup } from "./cgroups.ts";
export {
  type Containerd,
  type ContainerdOptions,
  endContainerd,
  PAUSE_IMAGE,
  startContainerd,
} from "./containerd.ts";
export { type CriClientOptions, createCriClient } from "./create-cri-client.ts";
export { buildImageArchive, type ImageFile, type ImageSpecification } from "./image-archive.ts";
export { unmountBelow } from "./leftovers.ts";
export { findRequirements, INSTALL_COMMAND, NODE_PACKAGES, type NodeRequirements } from "./requirements.ts";
