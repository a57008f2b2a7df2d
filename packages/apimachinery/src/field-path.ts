/**
 * The path of a field, as validation messages print it: `spec.containers[0].env[HOME]`. Immutable; `child`, `index` and
 * `key` make longer ones. The text is put together only when an error needs it.
 */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #step: string | number;
  readonly #isKey: boolean;

  constructor(step: string | number = "", parent?: FieldPath, isKey = false) {
    this.#step = step;
    this.#parent = parent;
    this.#isKey = isKey;
  }

  /** `a.b`; several names go down several steps. */
  child(name?: string, ...names: readonly string[]): FieldPath {
    if (name === undefined) return this;
    let path = new FieldPath(name, this);
    for (const each of names) path = new FieldPath(each, path);
    return path;
  }

  /** `a[0]`. */
  index(position: number): FieldPath {
    return new FieldPath(position, this);
  }

  /** `a[name]`: an entry of a map. */
  key(name: string): FieldPath {
    return new FieldPath(name, this, true);
  }

  get isRoot(): boolean {
    return this.#parent === undefined && this.#step === "";
  }

  toString(): string {
    if (this.#parent === undefined) return String(this.#step);
    if (this.#isKey || typeof this.#step === "number") return `${this.#parent}[${this.#step}]`;
    return this.#parent.isRoot ? this.#step : `${this.#parent}.${this.#step}`;
  }
}

/** `fieldPath("spec", "replicas")`; without names, the path of the object itself (""). */
export function fieldPath(...names: readonly string[]): FieldPath {
  return new FieldPath().child(...names);
}
