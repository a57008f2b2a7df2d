import { parseQuantity } from "@pinnace/apimachinery";
import { NO_RESOURCES, type Resources } from "../contract/resources.ts";

type Quantities = Readonly<Record<string, string>> | undefined;

/** Parsing dominates when thousands of pods ask for the same: amounts are remembered by their text. */
const MILLI = new Map<string, number>();
const UNITS = new Map<string, number>();
const MEMORY_LIMIT = 10_000;

function remembered(cache: Map<string, number>, text: string, compute: () => number): number {
  let value = cache.get(text);
  if (value === undefined) {
    value = compute();
    if (cache.size >= MEMORY_LIMIT) cache.clear();
    cache.set(text, value);
  }
  return value;
}

export const milliOf = (text: string): number => remembered(MILLI, text, () => parseQuantity(text).milliValue());
export const unitsOf = (text: string): number => remembered(UNITS, text, () => parseQuantity(text).value());

/** A ResourceList as numbers. `pods` is left out: it is counted, not requested. */
export function amountsOf(list: Quantities): Resources {
  if (list === undefined) return NO_RESOURCES;
  let [milliCpu, memory, ephemeralStorage] = [0, 0, 0];
  let scalar: Map<string, number> | undefined;
  for (const [name, text] of Object.entries(list)) {
    if (name === "cpu") milliCpu = milliOf(text);
    else if (name === "memory") memory = unitsOf(text);
    else if (name === "ephemeral-storage") ephemeralStorage = unitsOf(text);
    else if (name !== "pods") {
      scalar ??= new Map();
      scalar.set(name, unitsOf(text));
    }
  }
  return { milliCpu, memory, ephemeralStorage, scalar: scalar ?? NO_RESOURCES.scalar };
}

export function addResources(a: Resources, b: Resources): Resources {
  return combine(a, b, (x, y) => x + y);
}

export function subtractResources(a: Resources, b: Resources): Resources {
  return combine(a, b, (x, y) => x - y);
}

export function maxResources(a: Resources, b: Resources): Resources {
  return combine(a, b, Math.max);
}

function combine(a: Resources, b: Resources, operation: (x: number, y: number) => number): Resources {
  let scalar = a.scalar;
  if (b.scalar.size > 0) {
    const merged = new Map(a.scalar);
    for (const [name, value] of b.scalar) {
      const sum = operation(merged.get(name) ?? 0, value);
      if (sum === 0) merged.delete(name);
      else merged.set(name, sum);
    }
    scalar = merged;
  }
  return {
    milliCpu: operation(a.milliCpu, b.milliCpu),
    memory: operation(a.memory, b.memory),
    ephemeralStorage: operation(a.ephemeralStorage, b.ephemeralStorage),
    scalar,
  };
}
