import type { TokenIssuer } from "@pinnace/authentication";
import { JSON_OUTPUT } from "./media/negotiation.ts";
import { objectResponse } from "./media/responses.ts";
import type { Paths } from "./paths.ts";

/** Adds the two documents by which others verify service account tokens. `address` is where clients reach the server. */
export function addOidcPaths(paths: Paths, issuer: TokenIssuer, address: string): void {
  paths.add("/.well-known/openid-configuration", () =>
    objectResponse(
      200,
      {
        issuer: issuer.issuer,
        jwks_uri: `https://${address}/openid/v1/jwks`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: issuer.algorithms,
      },
      JSON_OUTPUT,
    ),
  );
  paths.add("/openid/v1/jwks", async () => {
    const response = objectResponse(200, await issuer.jwks(), JSON_OUTPUT);
    return { ...response, headers: { "content-type": "application/jwk-set+json" } };
  });
}
