/** What a store promised and did not keep. */
export interface Violation {
  /** A name for the kind: `lost write`, `stale read`. */
  readonly kind: string;
  readonly details: string;
}
