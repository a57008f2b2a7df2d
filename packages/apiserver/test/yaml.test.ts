import { expect, it } from "vitest";
import { encodeYaml } from "../src/media/yaml/encode-yaml.ts";

/** The texts are what go-yaml makes of the values. */
it.each<[unknown, string]>([
  [{ b: 1, a: { z: [1, { q: null }], m: [] }, e: {} }, "a:\n  m: []\n  z:\n  - 1\n  - q: null\nb: 1\ne: {}\n"],
  [{ list: [[1, 2], [], {}] }, "list:\n- - 1\n  - 2\n- []\n- {}\n"],
  [
    { port10: 1, port9: 2, Port: 3, _: 4, "a-b": 5, a1b01: 6, a1b1: 7 },
    "_: 4\nPort: 3\na-b: 5\na1b1: 7\na1b01: 6\nport9: 2\nport10: 1\n",
  ],
  [
    {
      t: [
        "true",
        "Yes",
        "y",
        "off",
        "null",
        "~",
        "",
        "1",
        "-1",
        "0x1f",
        "0o7",
        "08",
        "1.5",
        "1e3",
        ".5",
        ".inf",
        "+.Inf",
        ".nan",
        "12:30",
        "2020-01-02",
        "2020-01-02T00:00:00Z",
        "1_000",
        "v1",
        "<<",
        "=",
      ],
    },
    't:\n- "true"\n- "Yes"\n- "y"\n- "off"\n- "null"\n- "~"\n- ""\n- "1"\n- "-1"\n- "0x1f"\n- "0o7"\n- "08"\n- "1.5"\n- "1e3"\n- ".5"\n- ".inf"\n- "+.Inf"\n- ".nan"\n- "12:30"\n- "2020-01-02"\n- "2020-01-02T00:00:00Z"\n- "1_000"\n- v1\n- \u003c\u003c\n- =\n',
  ],
  [
    {
      t: [
        "x: y",
        "x:y",
        "#a",
        "a#b",
        "a #b",
        "-",
        "- a",
        "-a",
        "? a",
        "?a",
        ":a",
        ": a",
        "*a",
        "&a",
        "!a",
        "|",
        "%a",
        "@a",
        "`a",
        "'a'",
        '"a"',
        "[a",
        "{a",
        "a]",
        "---",
        "--- a",
        "...",
        "a,b",
      ],
    },
    "t:\n- 'x: y'\n- x:y\n- '#a'\n- a#b\n- 'a #b'\n- '-'\n- '- a'\n- -a\n- '? a'\n- ?a\n- :a\n- ': a'\n- '*a'\n- '\u0026a'\n- '!a'\n- '|'\n- '%a'\n- '@a'\n- '`a'\n- '''a'''\n- '\"a\"'\n- '[a'\n- '{a'\n- a]\n- '---'\n- '--- a'\n- '...'\n- a,b\n",
  ],
  [
    { t: [" a", "a ", "tab\there", "bell\u0007", "é", "日本", "😀", " ", "a\r"] },
    't:\n- \' a\'\n- \'a \'\n- "tab\\there"\n- "bell\\a"\n- é\n- 日本\n- "\\U0001F600"\n- \'\u2028\'\n- "a\\r"\n',
  ],
  [
    { t: ["a\nb", "a\nb\n", "a\nb\n\n", "\n", " a\nb", "\na", "a \nb", "a\nb "] },
    't:\n- |-\n  a\n  b\n- |\n  a\n  b\n- |+\n  a\n  b\n\n- |2+\n\n- |2-\n   a\n  b\n- |2-\n\n  a\n- "a \\nb"\n- "a\\nb "\n',
  ],
  [
    {
      message:
        "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
    },
    "message: 'only the following media types are accepted: application/json;stream=watch,\n  application/vnd.kubernetes.protobuf;stream=watch'\n",
  ],
  [
    { plain: "the quick brown fox jumps over the lazy dog and the quick brown fox jumps over it again and again" },
    "plain: the quick brown fox jumps over the lazy dog and the quick brown fox jumps over\n  it again and again\n",
  ],
  [
    { double: 'the "quick" brown\tfox jumps over the lazy dog and the quick brown fox jumps over it again  and again' },
    'double: "the \\"quick\\" brown\\tfox jumps over the lazy dog and the quick brown fox\n  jumps over it again  and again"\n',
  ],
  [
    {
      nested: {
        list: ["the quick brown fox jumps over the lazy dog and the quick brown fox jumps over it again and again"],
      },
    },
    "nested:\n  list:\n  - the quick brown fox jumps over the lazy dog and the quick brown fox jumps over\n    it again and again\n",
  ],
  [
    {
      kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk:
        [1],
      "two\nlines": { a: 1 },
      true: 2,
      "": 3,
    },
    '"": 3\n? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: - 1\n"true": 2\n? |-\n  two\n  lines\n: a: 1\n',
  ],
  [
    { n: [0, -1, 1.5, 0.1, 100000000000000000000, 1e-7, 123456.7, 1234567.8, 12345678901234] },
    '"n":\n- 0\n- -1\n- 1.5\n- 0.1\n- 1e+20\n- 1e-07\n- 123456.7\n- 1.2345678e+06\n- 12345678901234\n',
  ],
])("%j is written as upstream writes it", (value, text) => {
  expect(encodeYaml(value)).toBe(text);
});

it("leaves out what is undefined", () => {
  expect(encodeYaml({ a: undefined, b: { c: undefined } })).toBe("b: {}\n");
});
