/**
 * The parts of a node agent that need Node.js: streams, files, volumes, cgroups.
 *
 * @packageDocumentation
 */
export { createStreamServer, type NodeConnection } from "./streaming/stream-server.ts";
