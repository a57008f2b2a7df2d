const MOST = 1000;
const LONGEST = 40;

/**
 * Results by text, for what is read from the same texts again and again: the objects of one template have the same times and
 * quantities. The last thousand or so of short texts are kept.
 */
export class Remembered<Result extends NonNullable<unknown>> {
  readonly #make: (text: string) => Result | undefined;
  readonly #known = new Map<string, Result>();

  /** `make` gives what is found for a text; undefined is not kept. */
  constructor(make: (text: string) => Result | undefined) {
    this.#make = make;
  }

  get(text: string): Result | undefined {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = this.#make(text);
    if (made === undefined || text.length > LONGEST) return made;
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(text, made);
    return made;
  }
}
