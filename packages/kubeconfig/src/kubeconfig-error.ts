import { CodedError } from "@pinnace/errors";

/**
 * What can go wrong with kubeconfig files:
 * - `KUBECONFIG_READ_FAILED`: a file exists and cannot be read;
 * - `KUBECONFIG_INVALID`: a file is no kubeconfig (not YAML, or not of the right shape);
 * - `KUBECONFIG_WRITE_FAILED`: a file cannot be written;
 * - `KUBECONFIG_LOCKED`: another program has held the file's lock for too long;
 * - `KUBECONFIG_CONTEXT_NOT_FOUND`: a context, or the cluster or user that it names, does not exist.
 */
export type KubeconfigErrorCode =
  | "KUBECONFIG_READ_FAILED"
  | "KUBECONFIG_INVALID"
  | "KUBECONFIG_WRITE_FAILED"
  | "KUBECONFIG_LOCKED"
  | "KUBECONFIG_CONTEXT_NOT_FOUND";

export class KubeconfigError extends CodedError<KubeconfigErrorCode> {}
