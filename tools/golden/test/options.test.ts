import { describe, expect, it } from "vitest";
import { parseOptions } from "../src/options.ts";

describe("parseOptions", () => {
  it("selects everything by default", () => {
    expect(parseOptions([])).toEqual({ only: /./, show: 3, updateList: false, log: false });
  });

  it("reads flags", () => {
    expect(parseOptions(["--only", "^rest/", "--show", "9", "--update-list", "--log"])).toEqual({
      only: /^rest\//,
      show: 9,
      updateList: true,
      log: true,
    });
  });

  it.each([
    [["--only", "("], "--only: Invalid regular expression: /(/: Unterminated group"],
    [["--show", "many"], '--show: "many" is not a number'],
    [["--sow", "1"], "Unknown option '--sow'"],
    [["rest"], "Unexpected argument 'rest'"],
  ])("refuses %j in one line", (args, message) => {
    const attempt = (): unknown => parseOptions(args);
    expect(attempt).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow("\n");
  });
});
