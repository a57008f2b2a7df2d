/**
 * The path of a field, as validation messages print it: `spec.containers[0].env[HOME]`. Immutable; `child`, `index` and
 * `key` make longer ones. Built lazily: the text is put together only when an error needs it.
 */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #segment: string;

  constructor(segment = "", parent?: FieldPath) {
    this.#segment = segment;
    this.#parent = parent;
  }

  /** `a.b`; several names go down several steps. */
  child(...names: readonly string[]): FieldPath {
    let path: FieldPath = this;
    for (const name of names) path = new FieldPath(path.isRoot ? name : `.${name}`, path);
    return path;
  }

  /** `a[0]`. */
  index(position: number): FieldPath {
    return new FieldPath(`[${position}]`, this);
  }

  /** `a[name]`: an entry of a map. */
  key(name: string): FieldPath {
    return new FieldPath(`[${name}]`, this);
  }

  get isRoot(): boolean {
    return this.#parent === undefined && this.#segment === "";
  }

  toString(): string {
    return this.#parent === undefined ? this.#segment : this.#parent.toString() + this.#segment;
  }
}

/** `fieldPath("spec", "replicas")`; without names, the path of the object itself (""). */
export function fieldPath(...names: readonly string[]): FieldPath {
  return new FieldPath().child(...names);
}
