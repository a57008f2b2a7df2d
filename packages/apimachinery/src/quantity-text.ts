import { NANO_PER_UNIT, type QuantityFormat } from "./quantity-parse.ts";

const DECIMAL: readonly string[] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const KIBI_UNITS = 1024n * NANO_PER_UNIT;

/**
 * The canonical text: the largest unit that leaves a whole number. A binary amount below 1024 or with a fraction is
 * written in decimal.
 */
export function canonicalText(milli: number, nano: bigint | undefined, format: QuantityFormat): string {
  if (milli === 0) return "0";
  if (format === "BinarySI" && !Number.isNaN(milli)) {
    if (Math.abs(milli) >= 1_024_000 && milli % 1000 === 0) return binaryText(milli / 1000);
    return decimalText(milli, -3, "DecimalSI");
  }
  if (!Number.isNaN(milli)) return decimalText(milli, -3, format);
  return bigText(nano as bigint, format);
}

function binaryText(units: number): string {
  let value = units;
  let power = 0;
  while (value % 1024 === 0 && power < 6) {
    value /= 1024;
    power++;
  }
  return `${value}${BINARY[power]}`;
}

function decimalText(mantissa: number, exponent: number, format: QuantityFormat): string {
  let value = mantissa;
  let power = exponent;
  while (value % 1000 === 0 && power + 3 <= maxPower(format)) {
    value /= 1000;
    power += 3;
  }
  return `${value}${decimalSuffix(power, format)}`;
}

function bigText(nano: bigint, format: QuantityFormat): string {
  const size = nano < 0n ? -nano : nano;
  if (format === "BinarySI" && size >= KIBI_UNITS && nano % NANO_PER_UNIT === 0n) return bigBinaryText(nano);
  let value = nano;
  let power = -9;
  const spelled = format === "BinarySI" ? "DecimalSI" : format;
  while (value % 1000n === 0n && power + 3 <= maxPower(spelled)) {
    value /= 1000n;
    power += 3;
  }
  return `${value}${decimalSuffix(power, spelled)}`;
}

function bigBinaryText(nano: bigint): string {
  let value = nano / NANO_PER_UNIT;
  let power = 0;
  while (value % 1024n === 0n && power < 6) {
    value /= 1024n;
    power++;
  }
  return `${value}${BINARY[power]}`;
}

/** `E` is the last SI unit; exponents go on. */
function maxPower(format: QuantityFormat): number {
  return format === "DecimalSI" ? 18 : Number.MAX_SAFE_INTEGER;
}

function decimalSuffix(power: number, format: QuantityFormat): string {
  if (format === "DecimalSI") return DECIMAL[power / 3 + 3] as string;
  return power === 0 ? "" : `e${power}`;
}
