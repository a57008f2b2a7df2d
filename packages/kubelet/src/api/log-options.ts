import { HttpError } from "./responses.ts";

/** The query of a log request (core/v1 PodLogOptions). */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Lines before this instant are left out; milliseconds since the epoch. */
  readonly since?: number;
  readonly stream: "All" | "Stdout" | "Stderr";
}

/** Reads the options; throws {@link HttpError} 400 or 422 for what is none. `now` in milliseconds. */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions {
  const tailLines = count(query, "tailLines", 0);
  const limitBytes = count(query, "limitBytes", 1);
  const since = sinceOf(query, now);
  const stream = query.get("stream") ?? "All";
  if (stream !== "All" && stream !== "Stdout" && stream !== "Stderr")
    throw new HttpError(422, `invalid stream "${stream}": supported values: "All", "Stderr", "Stdout"`);
  return {
    follow: flag(query, "follow"),
    previous: flag(query, "previous"),
    timestamps: flag(query, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(since === undefined ? {} : { since }),
    stream,
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === "true" || value === "1" || value === "";
}

function count(query: URLSearchParams, name: string, minimum: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) throw new HttpError(400, `strconv.ParseInt: parsing "${text}": invalid syntax`);
  if (value < minimum)
    throw new HttpError(422, `${name}: Invalid value: ${value}: must be greater than or equal to ${minimum}`);
  return value;
}

function sinceOf(query: URLSearchParams, now: number): number | undefined {
  const seconds = count(query, "sinceSeconds", 1);
  if (seconds !== undefined) return now - seconds * 1000;
  const time = query.get("sinceTime");
  if (time === null || time === "") return undefined;
  const instant = Date.parse(time);
  if (Number.isNaN(instant)) throw new HttpError(400, `parsing time "${time}": not RFC 3339`);
  return instant;
}
