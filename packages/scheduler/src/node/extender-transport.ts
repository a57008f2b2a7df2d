import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { CodedError, messageOf } from "@pinnace/errors";
import type { ExtenderConfig, ExtenderTls } from "../extenders/extender-config.ts";
import type { ExtenderTransportFactory } from "../extenders/extender-transport.ts";

/**
 * Transports over kept HTTP connections, with the certificates of `tlsConfig`; files are read when the transport is made.
 * As upstream, an extender with `enableHTTPS` and without a CA is not verified. Throws `EXTENDER_TLS`.
 */
export const nodeExtenderTransport: ExtenderTransportFactory = (config) => {
  const isSecure = config.urlPrefix.startsWith("https:");
  const agent = isSecure
    ? new https.Agent({ keepAlive: true, ...tlsOptions(config) })
    : new http.Agent({ keepAlive: true });
  const { request } = isSecure ? https : http;
  return ({ url, body, signal }) =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const sent = request(url, { method: "POST", agent, headers, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      });
      sent.on("error", (error) => reject(signal.aborted ? signal.reason : error));
      sent.end(body);
    });
};

function tlsOptions({ enableHTTPS, tlsConfig = {}, urlPrefix }: ExtenderConfig): https.AgentOptions {
  try {
    const ca = pem(tlsConfig.caData, tlsConfig.caFile);
    const cert = pem(tlsConfig.certData, tlsConfig.certFile);
    const key = pem(tlsConfig.keyData, tlsConfig.keyFile);
    const isUnverified = tlsConfig.insecure === true || (enableHTTPS && ca === undefined);
    return {
      rejectUnauthorized: !isUnverified,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...serverName(tlsConfig),
    };
  } catch (cause) {
    throw new CodedError("EXTENDER_TLS", `the tlsConfig of extender ${urlPrefix}: ${messageOf(cause)}`, { cause });
  }
}

const serverName = ({ serverName: servername }: ExtenderTls): object =>
  servername === undefined ? {} : { servername };

function pem(data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data !== undefined && data !== "") return Buffer.from(data, "base64");
  return file === undefined || file === "" ? undefined : readFileSync(file);
}
