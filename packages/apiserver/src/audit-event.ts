/** What an audit log needs to know of a request beside the request itself; gathered while it is served. */
export class AuditEvent {
  readonly auditId: string;
  readonly #annotations = new Map<string, string>();

  constructor(auditId: string) {
    this.auditId = auditId;
  }

  /** By key, in the order in which they came. */
  get annotations(): ReadonlyMap<string, string> {
    return this.#annotations;
  }

  /** Adds an annotation. A key that is there already keeps its value, as upstream has it. */
  annotate(key: string, value: string): void {
    if (!this.#annotations.has(key)) this.#annotations.set(key, value);
  }
}
