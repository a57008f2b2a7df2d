/** An API server that is running for a benchmark, whoever's it is. */
export interface ApiTarget {
  /** How it is called in reports. */
  readonly name: string;
  /** On 127.0.0.1, TLS. */
  readonly port: number;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  /** A bearer token of a user in `system:masters`. */
  readonly token: string;
  /** A client certificate in `system:masters`, PEM. */
  readonly client: { readonly certificate: string; readonly key: string };
  /** The processes that it consists of. */
  readonly pids: readonly number[];
  /** Bytes of what is alive in the process after a collection that was asked for, where that can be asked for. */
  liveBytes?(): Promise<number>;
  stop(): Promise<void>;
}

/** The token of {@link ApiTarget.token}. */
export const TOKEN = "bench";

/** The line of a `--token-auth-file` that makes {@link TOKEN} known. */
export const TOKEN_LINE: string = `${TOKEN},bench,bench,system:masters\n`;
