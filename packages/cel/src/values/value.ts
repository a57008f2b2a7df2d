import type { CelType } from "../types/cel-type.ts";

/**
 * A value at runtime: `int` is a bigint of 64 bits, `double` a number, `uint` a {@link UintValue}, `bytes` a Uint8Array;
 * a type is a value, too. An error is a value that every operation but `&&`, `||` and `? :` passes on.
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | UintValue
  | TimestampValue
  | DurationValue
  | OptionalValue
  | ListValue
  | MapValue
  | OpaqueValue
  | CelType
  | CelError;

/** Why an evaluation failed, in the words of upstream: `no such key: x`. */
export class CelError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** An unsigned number of 64 bits. */
export class UintValue {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment: seconds since 1970 and nanoseconds (0 to 999,999,999) after them. */
export class TimestampValue {
  readonly seconds: number;
  readonly nanos: number;
  /** How it is written: minutes east of UTC. Equal moments are equal whatever this is. */
  readonly offsetMinutes: number;
  constructor(seconds: number, nanos: number, offsetMinutes = 0) {
    this.seconds = seconds;
    this.nanos = nanos;
    this.offsetMinutes = offsetMinutes;
  }
}

/** A span of time in nanoseconds, within 64 bits. */
export class DurationValue {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** `optional.of(value)`, or `optional.none()` where the value is undefined. */
export class OptionalValue {
  readonly value: CelValue | undefined;
  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A list. Items may be made when they are asked for; asking twice gives equal ones. */
export abstract class ListValue {
  abstract readonly size: number;
  /** The item at an index from 0 to size - 1. */
  abstract at(index: number): CelValue;
  /** This list followed by another one. */
  abstract concat(other: ListValue): ListValue;
  /** Whether an item equals a value. */
  abstract has(value: CelValue): boolean | CelError;
  /** Equal in the sense of `==`; an error when items cannot be compared. */
  abstract equals(other: CelValue): boolean | CelError;
}

/** A map, or an object with fields; both are read with `.` and `[]`. */
export abstract class MapValue {
  /** What `type(x)` answers: `map`, or the type of an object. */
  abstract readonly type: CelType;
  abstract readonly size: number;
  /** The value of a key, undefined when there is none; an error when the key cannot be one. */
  abstract find(key: CelValue): CelValue | undefined;
  abstract keys(): readonly CelValue[];
  abstract equals(other: CelValue): boolean | CelError;
}

/** A value that only functions look into, such as an IP address or an authorizer. */
export abstract class OpaqueValue {
  abstract readonly type: CelType;
  /** What costs count with, where that is not 1. */
  readonly byteSize?: number;
  abstract equals(other: CelValue): boolean | CelError;
}
