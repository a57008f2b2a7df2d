import { CollectingList, ItemList } from "../values/collections.ts";
import { typeOfValue } from "../values/type-of.ts";
import { CelError, type CelValue, ListValue, MapValue } from "../values/value.ts";
import type { Frame } from "./frame.ts";
import type { Plan } from "./plan.ts";

interface FoldParts {
  readonly range: Plan;
  readonly condition: Plan;
  readonly step: Plan;
  readonly result: Plan;
  /** Where the frame keeps the variables. */
  readonly slots: { readonly accumulator: number; readonly first: number; readonly second: number };
  /** With two variables: index and item, or key and value. */
  readonly two: boolean;
}

/** Goes through a list or a map. The accumulator is made when it is first read, which `cel.bind` relies on. */
export function planFold({ range, condition, step, result, slots, two }: FoldParts): Plan {
  /** One round; false when it is the last one. */
  const round = (frame: Frame, first: CelValue, second: CelValue | undefined): boolean => {
    frame.locals[slots.first] = first;
    if (second !== undefined) frame.locals[slots.second] = second;
    if (condition.run(frame) === false) return false;
    frame.locals[slots.accumulator] = step.run(frame);
    return true;
  };
  return {
    run(frame): CelValue {
      frame.locals[slots.accumulator] = undefined;
      const target = range.run(frame);
      if (target instanceof CelError) return target;
      const length = target instanceof ListValue || target instanceof MapValue ? target.size : undefined;
      if (length === undefined) return notIterable(target, two);
      const keys = target instanceof MapValue ? target.keys() : undefined;
      for (let at = 0; at < (keys?.length ?? length); at++) {
        const [first, second] = itemsAt(target as ListValue | MapValue, keys, at, two);
        if (!round(frame, first, second)) break;
        frame.step();
      }
      const value = result.run(frame);
      return value instanceof CollectingList ? new ItemList(value.items) : value;
    },
  };
}

function itemsAt(
  target: ListValue | MapValue,
  keys: readonly CelValue[] | undefined,
  at: number,
  two: boolean,
): readonly [CelValue, CelValue | undefined] {
  if (target instanceof ListValue) return two ? [BigInt(at), target.at(at)] : [target.at(at), undefined];
  const key = (keys as readonly CelValue[])[at] as CelValue;
  return two ? [key, target.find(key)] : [key, undefined];
}

function notIterable(target: CelValue, two: boolean): CelError {
  if (two) return new CelError(`unsupported comprehension range type: ${goName(target)}`);
  return new CelError(`got '${goName(target)}', expected iterable type`);
}

/** How upstream calls a value that cannot be gone through. */
function goName(value: CelValue): string {
  const { name } = typeOfValue(value);
  const names: Readonly<Record<string, string>> = {
    null_type: "types.Null",
    "google.protobuf.Timestamp": "types.Timestamp",
    "google.protobuf.Duration": "types.Duration",
    optional_type: "*types.Optional",
    type: "*types.Type",
  };
  return names[name] ?? `types.${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
