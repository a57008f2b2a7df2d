/**
 * Volumes of a real node: folders, tmpfs, files that are replaced atomically, bind mounts for sub-paths.
 *
 * @packageDocumentation
 */
export { type AtomicWriter, createAtomicWriter } from "./atomic-writer.ts";
export { createNodeVolumeHost, type NodeVolumeHostComponents, type NodeVolumeHostOptions } from "./node-volume-host.ts";
