import { describe, expect, it } from "vitest";
import { baseEnvironment, bindings, DYN, dynamicValue, type Environment } from "../src/index.ts";

const environment = baseEnvironment().extend({ variables: { o: DYN }, libraries: [bindings()] });

function issuesOf(expression: string): string | undefined {
  const compiled = environment.compile(expression);
  return compiled.ok ? undefined : compiled.issues;
}

describe("what is too large", () => {
  const RECURSION = "ERROR: <input>:-1:0: expression recursion limit exceeded: 250";
  const DEPTH = "ERROR: <input>:-1:0: max recursion depth exceeded";

  it.each([
    ["parentheses", `${"(".repeat(300)}1${")".repeat(300)}`, RECURSION],
    ["brackets that nobody closes", "[".repeat(300), RECURSION],
    ["maps", `${"{1:".repeat(260)}1${"}".repeat(260)}`, RECURSION],
    ["sums", `1${"+1".repeat(300)}`, DEPTH],
    ["selections", `o${".a".repeat(300)}`, DEPTH],
    ["indices", `o${"[0]".repeat(260)}`, DEPTH],
    [
      "text",
      `'${"a".repeat(100_001)}'`,
      "ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100003, limit 100000",
    ],
  ])("refuses %s", (_name, expression, issues) => {
    expect(issuesOf(expression)).toBe(issues);
  });

  it.each([
    ["parentheses", `${"(".repeat(249)}1${")".repeat(249)}`],
    ["signs", `${"!".repeat(300)}true`],
    ["conditions", `true${"&&true".repeat(300)}`],
    ["sums", `1${"+1".repeat(250)}`],
    ["bytes", `b'${"é".repeat(99_900)}' + b'x' == b''`],
  ])("accepts %s", (_name, expression) => {
    const compiled = environment.compile(expression);
    expect(compiled.ok && compiled.evaluate({}).error).toBeUndefined();
    expect(compiled.ok).toBe(true);
  });

  it("gives no place to what is wrong everywhere", () => {
    const compiled = environment.compile("[".repeat(300));
    expect(compiled).toMatchObject({ errors: [{ line: -1, column: -1 }] });
  });

  it("shows a hundred errors and counts the others", () => {
    const issues = issuesOf(`[${Array.from({ length: 120 }, (_, i) => `x${i}`).join(", ")}]`)?.split("\n") ?? [];
    expect(issues.filter((line) => line.startsWith("ERROR"))).toHaveLength(100);
    expect(issues.at(-1)).toBe("20 more errors were truncated");
  });
});

describe("random text", () => {
  /** The same numbers every time: xorshift32. */
  function random(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  }

  const PARTS =
    "o x 1 -1 9223372036854775808 1u 0x 1e309 'a' \"b\" '''c''' r'\\' b'\\xff' '\\q' ` `a-b` // \n \t + - * / % ! < <= == != && || ? : ?. . , ( ) [ ] [? { } {? in has all exists_one map filter cel.bind size duration timestamp matches format true null for é 𝄞 \u0000 \ud800 Object{ google.protobuf.Timestamp{ quantity ip".split(
      " ",
    );

  it.each(Array.from({ length: 40 }, (_, index) => index + 1))("neither breaks nor stops the compiler: %i", (seed) => {
    const next = random(seed * 2_654_435_761);
    const started = performance.now();
    for (let round = 0; round < 50; round++) {
      const length = 1 + next(30);
      const space = next(3) === 0 ? "" : " ";
      const text = Array.from({ length }, () => PARTS[next(PARTS.length)]).join(space);
      const compiled = environment.compile(text);
      if (compiled.ok) {
        compiled.estimateCost();
        const { value, error } = compiled.evaluate({ o: dynamicValue({ a: [1, 2, 3], b: "text" }) });
        expect(value === undefined).toBe(error !== undefined);
      } else expect(compiled.issues).toMatch(/^ERROR: <input>:/);
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each([
    ["(", 10_000],
    ["1?", 5_000],
    ["a.", 10_000],
    ["{'a':", 5_000],
    ["x.map(y,", 5_000],
    ["'", 20_000],
    ["-", 50_000],
    ["1 ", 20_000],
    ["\u{1d11e}", 20_000],
  ])("is read in linear time: %s, %i times", (part, times) => {
    const started = performance.now();
    expect(issuesOf(part.repeat(times))).toMatch(/^ERROR/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("budgets", () => {
  const run = (env: Environment, expression: string, options: { costLimit?: number; signal?: AbortSignal } = {}) => {
    const compiled = env.compile(expression);
    if (!compiled.ok) throw new Error(compiled.issues);
    return compiled.evaluate({ o: dynamicValue(Array.from({ length: 1000 }, (_, i) => i)) }, options);
  };
  const SQUARE = "o.all(x, o.all(y, o.all(z, x + y + z >= 0)))";
  const EXCEEDED = "operation cancelled: actual cost limit exceeded";

  it("ends at the cost limit, which is one million by default", () => {
    const { error, cost, value } = run(environment, SQUARE);
    expect({ error, value }).toEqual({ error: EXCEEDED, value: undefined });
    expect(cost).toBeGreaterThan(1_000_000);
    expect(cost).toBeLessThan(1_000_100);
  });

  it("takes another limit", () => {
    expect(run(environment, "o.all(x, x >= 0)", { costLimit: 100 }).error).toBe(EXCEEDED);
    expect(run(environment, "o.all(x, x >= 0)", { costLimit: 10_000 })).toMatchObject({ value: true });
  });

  it("ends when a signal says so", () => {
    const options = { costLimit: 1e12, signal: AbortSignal.abort() };
    expect(run(environment, SQUARE, options).error).toBe("operation interrupted");
  });

  it("does not make lists that memory cannot hold", () => {
    expect(run(environment, "lists.range(9223372036854775807).size()").error).toMatch(/range/);
  });

  it("matches patterns in linear time", () => {
    const started = performance.now();
    const text = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'";
    expect(run(environment, `${text}.matches('^(a+)+$')`)).toMatchObject({ value: false });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
