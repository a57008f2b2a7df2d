/** Data that a plugin keeps from one extension point to the next of the same attempt. */
export interface StateData {
  /** A copy for a what-if (preemption); immutable data returns itself. */
  clone(): StateData;
}

/** One per attempt. Keys are a plugin's own; prefix them with its name. Written and read within one attempt only. */
export interface CycleState {
  read<T extends StateData>(key: string): T | undefined;
  write(key: string, data: StateData): void;
  delete(key: string): void;
  clone(): CycleState;
}
