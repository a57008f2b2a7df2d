/**
 * Amounts as the scheduler counts them: CPU in millicores, memory and ephemeral storage in bytes, everything else
 * (extended resources, huge pages) in whole units under its resource name.
 */
export interface Resources {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly scalar: ReadonlyMap<string, number>;
}

export const NO_RESOURCES: Resources = Object.freeze({
  milliCpu: 0,
  memory: 0,
  ephemeralStorage: 0,
  scalar: new Map<string, number>(),
});
