/**
 * The client over HTTPS, for Node.
 *
 * @packageDocumentation
 */
export { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";
