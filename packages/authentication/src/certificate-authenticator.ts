import type { Authenticator } from "./contract.ts";

/**
 * Client certificates: the common name is the user's name, the organizations are the groups. The transport has verified
 * the chain and the usage before it filled in `request.certificate`.
 */
export function createCertificateAuthenticator(): Authenticator {
  return {
    async authenticate({ certificate }) {
      if (certificate === undefined || certificate.commonName === "") return undefined;
      const { commonName, organizations, fingerprint } = certificate;
      return {
        user: {
          name: commonName,
          groups: organizations,
          ...(fingerprint === undefined
            ? {}
            : { extra: { "authentication.kubernetes.io/credential-id": [`X509SHA256=${fingerprint}`] } }),
        },
      };
    },
  };
}
