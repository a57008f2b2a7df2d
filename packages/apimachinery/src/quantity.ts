import { CodedError } from "@pinnace/errors";
import { NANO_PER_UNIT, parseParts, type QuantityFormat } from "./quantity-parse.ts";
import { canonicalText } from "./quantity-text.ts";
import { Remembered } from "./remembered.ts";

/** Why a text is no quantity. The messages are upstream's. */
export type QuantityErrorCode = "QUANTITY_FORMAT" | "QUANTITY_SUFFIX" | "QUANTITY_RANGE";

const NANO_PER_MILLI = 1_000_000n;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * An amount such as `100m`, `1.5`, `512Mi` or `12e6` (api/resource Quantity). Immutable and exact, with a resolution of
 * one nano: finer texts are rounded away from zero when they are read. The text is canonical, except where upstream
 * keeps what was written (`+5`, `5.`, `1E3`).
 */
export class Quantity {
  /** How it is written: `DecimalSI` (`100m`, `5k`), `BinarySI` (`5Ki`), `DecimalExponent` (`5e3`). */
  readonly format: QuantityFormat;
  /** The amount in thousandths when that is a safe integer, else NaN: most quantities never need a BigInt. */
  readonly #milli: number;
  #nano: bigint | undefined;
  #text: string | undefined;

  private constructor(format: QuantityFormat, milli: number, nano: bigint | undefined, text: string | undefined) {
    this.format = format;
    this.#milli = milli;
    this.#nano = nano;
    this.#text = text;
  }

  /** From thousandths; a fraction is rounded away from zero. */
  static fromMilli(milli: number, format: QuantityFormat = "DecimalSI"): Quantity {
    const whole = roundAway(milli);
    if (Number.isSafeInteger(whole)) return new Quantity(format, whole, undefined, undefined);
    return Quantity.fromNano(BigInt(whole) * NANO_PER_MILLI, format);
  }

  /** From a number of units; everything finer than a thousandth is rounded away from zero. */
  static fromNumber(value: number, format: QuantityFormat = "DecimalSI"): Quantity {
    if (Number.isSafeInteger(value * 1000)) return new Quantity(format, value * 1000, undefined, undefined);
    if (Number.isInteger(value)) return Quantity.fromNano(BigInt(value) * NANO_PER_UNIT, format);
    return Quantity.fromMilli(Number((value * 1000).toPrecision(15)), format);
  }

  /** From billionths. */
  static fromNano(nano: bigint, format: QuantityFormat = "DecimalSI", text?: string): Quantity {
    if (nano % NANO_PER_MILLI === 0n) {
      const milli = nano / NANO_PER_MILLI;
      if (milli <= MAX_SAFE && milli >= -MAX_SAFE) return new Quantity(format, Number(milli), undefined, text);
    }
    return new Quantity(format, Number.NaN, nano, text);
  }

  /**
   * Reads a text (a JSON number is read as its text). Throws CodedError `QUANTITY_FORMAT` (no quantity at all),
   * `QUANTITY_SUFFIX` (unknown unit) or `QUANTITY_RANGE` (more than 1,000 characters or an exponent beyond ±1,000).
   */
  static parse(input: string | number): Quantity {
    return Quantity.#known.get(typeof input === "number" ? String(input) : input)!;
  }

  static readonly #known = new Remembered<Quantity>((text) => Quantity.#read(text));

  static #read(text: string): Quantity {
    const parts = parseParts(text);
    if (typeof parts === "string") throw quantityError(parts);
    if (parts.milli !== undefined) return new Quantity(parts.format, parts.milli, undefined, parts.text);
    return Quantity.fromNano(parts.nano, parts.format, parts.text);
  }

  /** Billionths, exactly. */
  get nano(): bigint {
    this.#nano ??= BigInt(this.#milli) * NANO_PER_MILLI;
    return this.#nano;
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    if (!Number.isNaN(this.#milli)) return Math.sign(this.#milli) as -1 | 0 | 1;
    return this.nano > 0n ? 1 : -1;
  }

  get isZero(): boolean {
    return this.#milli === 0;
  }

  /** Thousandths, rounded away from zero (CPU millicores). Inexact beyond 2^53. */
  milliValue(): number {
    return Number.isNaN(this.#milli) ? Number(divideAway(this.nano, NANO_PER_MILLI)) : this.#milli;
  }

  /** Whole units, rounded away from zero (bytes). Inexact beyond 2^53. */
  value(): number {
    return Number.isNaN(this.#milli) ? Number(divideAway(this.nano, NANO_PER_UNIT)) : roundAway(this.#milli / 1000);
  }

  /** The nearest number of units, fractions kept. */
  toNumber(): number {
    return Number.isNaN(this.#milli) ? Number(this.nano) / 1e9 : this.#milli / 1000;
  }

  /** Negative when this is the smaller one, 0 when they are equal, whatever their format. */
  compare(other: Quantity): number {
    const difference = this.#milli - other.#milli;
    if (!Number.isNaN(difference)) return Math.sign(difference);
    return this.nano === other.nano ? 0 : this.nano < other.nano ? -1 : 1;
  }

  equals(other: Quantity): boolean {
    return this.compare(other) === 0;
  }

  /** The sum, in this format; a zero takes the other's format. */
  add(other: Quantity): Quantity {
    const format = this.isZero ? other.format : this.format;
    const sum = this.#milli + other.#milli;
    if (Number.isSafeInteger(sum)) return new Quantity(format, sum, undefined, undefined);
    return Quantity.fromNano(this.nano + other.nano, format);
  }

  /** The difference; may be negative. */
  sub(other: Quantity): Quantity {
    return this.add(other.negate());
  }

  negate(): Quantity {
    if (this.isZero) return this;
    if (!Number.isNaN(this.#milli)) return new Quantity(this.format, -this.#milli, undefined, undefined);
    return Quantity.fromNano(-this.nano, this.format);
  }

  /** This amount, a whole number of times. */
  multiply(factor: number): Quantity {
    const product = this.#milli * factor;
    if (Number.isSafeInteger(product)) return new Quantity(this.format, product, undefined, undefined);
    return Quantity.fromNano(this.nano * BigInt(factor), this.format);
  }

  /** Rounded away from zero to thousandths; the same instance when nothing is lost. */
  roundUpToMilli(): Quantity {
    return Number.isNaN(this.#milli)
      ? Quantity.fromNano(divideAway(this.nano, NANO_PER_MILLI) * NANO_PER_MILLI, this.format)
      : this;
  }

  /** The text that upstream would print. */
  toString(): string {
    this.#text ??= canonicalText(this.#milli, this.#nano, this.format);
    return this.#text;
  }

  toJSON(): string {
    return this.toString();
  }
}

const MESSAGES: Readonly<Record<QuantityErrorCode, string>> = {
  QUANTITY_FORMAT: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  QUANTITY_SUFFIX: "unable to parse quantity's suffix",
  QUANTITY_RANGE: "unable to parse numeric part of quantity",
};

function quantityError(code: QuantityErrorCode): CodedError<QuantityErrorCode> {
  return new CodedError(code, MESSAGES[code]);
}

function roundAway(value: number): number {
  return value < 0 ? Math.floor(value) : Math.ceil(value);
}

function divideAway(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (quotient * by === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/** {@link Quantity.parse}. */
export function parseQuantity(input: string | number): Quantity {
  return Quantity.parse(input);
}

/** True for a text or number that {@link parseQuantity} reads. */
export function isQuantity(input: unknown): input is string | number {
  return (typeof input === "string" || typeof input === "number") && typeof parseParts(String(input)) !== "string";
}

/** The text that the API would answer for this one: `1024Mi` becomes `1Gi`. Throws as {@link Quantity.parse}. */
export function canonicalQuantity(input: string | number): string {
  return Quantity.parse(input).toString();
}
