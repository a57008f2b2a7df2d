import { CodedError } from "@pinnace/errors";

/**
 * What can go wrong with certificates and keys:
 * - `PKI_READ_FAILED`: a file exists and cannot be read;
 * - `PKI_WRITE_FAILED`: a file or directory cannot be written;
 * - `PKI_INVALID_PEM`: a certificate or key is not what its name says;
 * - `PKI_CA_EXPIRED`: the authority's certificate is no longer (or not yet) valid;
 * - `PKI_KEY_MISSING`: a certificate is there without its key;
 * - `PKI_REQUEST_INVALID`: a certificate signing request cannot be parsed or its signature does not verify.
 */
export type PkiErrorCode =
  | "PKI_READ_FAILED"
  | "PKI_WRITE_FAILED"
  | "PKI_INVALID_PEM"
  | "PKI_CA_EXPIRED"
  | "PKI_KEY_MISSING"
  | "PKI_REQUEST_INVALID";

export class PkiError extends CodedError<PkiErrorCode> {}
