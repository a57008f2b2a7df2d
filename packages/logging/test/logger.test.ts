import { describe, expect, it } from "vitest";
import { createLogger, formatJson, formatText, type LogRecord, silentLogger } from "../src/index.ts";
import { createStreamLogger } from "../src/node/index.ts";

const clock = { now: () => 1_700_000_000_000 };

describe("createLogger", () => {
  it("drops what is below the level and keeps the order", () => {
    const records: LogRecord[] = [];
    const logger = createLogger({ clock, level: "warn", write: (record) => records.push(record) });
    logger.debug("a");
    logger.info("b");
    logger.warn("c");
    logger.error("d");
    expect(records.map((record) => [record.level, record.message, record.time])).toEqual([
      ["warn", "c", 1_700_000_000_000],
      ["error", "d", 1_700_000_000_000],
    ]);
  });

  it("adds the fields of its parents, nearest last", () => {
    const records: LogRecord[] = [];
    const logger = createLogger({ clock, write: (record) => records.push(record), fields: { a: 1, b: 1 } });
    logger.child({ b: 2, c: 2 }).info("x", { c: 3 });
    expect(records[0]?.fields).toEqual({ a: 1, b: 2, c: 3 });
  });

  it("does not share a child's fields with the parent", () => {
    const records: LogRecord[] = [];
    const logger = createLogger({ clock, write: (record) => records.push(record) });
    logger.child({ a: 1 });
    logger.info("x");
    expect(records[0]?.fields).toEqual({});
  });
});

describe("formats", () => {
  const record: LogRecord = {
    time: 0,
    level: "error",
    message: "it broke",
    fields: { key: "two words", n: 1, error: Object.assign(new Error("why"), { code: "E" }) },
  };

  it("writes text for people", () => {
    expect(formatText(record)).toBe('1970-01-01T00:00:00.000Z ERROR it broke key="two words" n=1 error=why');
  });

  it("writes JSON for machines, with the error's code and stack", () => {
    expect(JSON.parse(formatJson(record))).toMatchObject({
      time: "1970-01-01T00:00:00.000Z",
      level: "error",
      msg: "it broke",
      error: { message: "why", code: "E", stack: expect.stringContaining("why") },
    });
  });

  it.each(["text", "json"] as const)("writes one line per record to a stream as %s", (format) => {
    let written = "";
    createStreamLogger({ clock, format, stream: { write: (text) => (written += text) } }).info("x\ny");
    expect(written.split("\n").filter(Boolean).length).toBe(format === "json" ? 1 : 2);
    expect(written.endsWith("\n")).toBe(true);
  });
});

it("silentLogger returns itself as its child", () => {
  expect(silentLogger.child({ a: 1 })).toBe(silentLogger);
});
