/**
 * Shares one call among those who ask while another one is under way: each gets the result of a call that began after
 * it asked.
 */
export class Shared<Result> {
  readonly #run: () => Promise<Result>;
  #running: Promise<unknown> | undefined;
  #next: Promise<Result> | undefined;

  constructor(run: () => Promise<Result>) {
    this.#run = run;
  }

  get(): Promise<Result> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  #start(): Promise<Result> {
    const result = this.#run();
    const settled: Promise<void> = result
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (this.#running === settled && this.#next === undefined) this.#running = undefined;
      });
    this.#running = settled;
    return result;
  }
}
