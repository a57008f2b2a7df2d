import type { CycleState, StateData } from "../contract/cycle-state.ts";

/** An empty {@link CycleState}. */
export function createCycleState(): CycleState {
  return new MapState(new Map());
}

class MapState implements CycleState {
  readonly #data: Map<string, StateData>;

  constructor(data: Map<string, StateData>) {
    this.#data = data;
  }

  read<T extends StateData>(key: string): T | undefined {
    return this.#data.get(key) as T | undefined;
  }

  write(key: string, data: StateData): void {
    this.#data.set(key, data);
  }

  delete(key: string): void {
    this.#data.delete(key);
  }

  clone(): CycleState {
    return new MapState(new Map([...this.#data].map(([key, data]) => [key, data.clone()])));
  }
}
