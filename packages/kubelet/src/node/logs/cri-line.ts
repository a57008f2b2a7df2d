import type { LogLine } from "@pinnace/cri";

/** Reads one line of a CRI log, `<RFC 3339 nano> <stdout|stderr> <F|P> <text>`; undefined when it is none. */
export function parseCriLine(line: string): LogLine | undefined {
  const first = line.indexOf(" ");
  const second = line.indexOf(" ", first + 1);
  if (first < 0 || second < 0) return undefined;
  const stream = line.slice(first + 1, second);
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  const third = line.indexOf(" ", second + 1);
  const tags = line.slice(second + 1, third < 0 ? line.length : third);
  const text = third < 0 ? "" : line.slice(third + 1);
  return { timestamp: line.slice(0, first), stream, text, partial: tags.split(":")[0] === "P" };
}
