interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Minute, hour, day of month, month, day of week. */
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const EVERY = "@every ";
const DURATION = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)(((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)))*$/;

/**
 * What is wrong with a schedule in the standard cron format (five fields, or a descriptor), in the words of the parser that
 * upstream uses; undefined when nothing is. A time zone in front (`TZ=...`, `CRON_TZ=...`) is skipped.
 */
export function cronProblem(schedule: string): string | undefined {
  const spec = schedule.replace(/^(TZ|CRON_TZ)=\S+\s+/, "");
  if (spec.startsWith("@")) return descriptorProblem(spec);
  const parts = spec.trim() === "" ? [] : spec.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(" ")}]`;
  }
  for (const [position, part] of parts.entries()) {
    const field = FIELDS[position];
    for (const item of part.split(",").filter((each) => each !== "")) {
      const problem = field && rangeProblem(item, field);
      if (problem) return problem;
    }
  }
  return undefined;
}

function descriptorProblem(spec: string): string | undefined {
  if (DESCRIPTORS.includes(spec)) return undefined;
  if (!spec.startsWith(EVERY)) return `unrecognized descriptor: ${spec}`;
  const duration = spec.slice(EVERY.length);
  if (DURATION.test(duration)) return undefined;
  return `failed to parse duration ${spec}: time: invalid duration ${JSON.stringify(duration)}`;
}

function numberOf(text: string, field: Field): number | string {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0 && text !== "") return named;
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}

function bounds(text: string, field: Field, expression: string): readonly [number, number] | string {
  const ends = text.split("-");
  if (ends[0] === "*" || ends[0] === "?") return [field.min, field.max];
  if (ends.length > 2) return `too many hyphens: ${expression}`;
  const start = numberOf(ends[0] ?? "", field);
  if (typeof start === "string") return start;
  const end = ends.length === 1 ? start : numberOf(ends[1] ?? "", field);
  return typeof end === "string" ? end : [start, end];
}

function rangeProblem(expression: string, field: Field): string | undefined {
  const [range = "", step, ...more] = expression.split("/");
  if (more.length > 0) return `too many slashes: ${expression}`;
  const ends = bounds(range, field, expression);
  if (typeof ends === "string") return ends;
  const stride = step === undefined ? 1 : numberOf(step, { min: 0, max: 0 });
  if (typeof stride === "string") return stride;
  const [start] = ends;
  const end = step !== undefined && !range.includes("-") ? Math.max(ends[1], field.max) : ends[1];
  if (start < field.min) return `beginning of range (${start}) below minimum (${field.min}): ${expression}`;
  if (end > field.max) return `end of range (${end}) above maximum (${field.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return stride === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}
