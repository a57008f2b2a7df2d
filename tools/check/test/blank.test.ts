import { expect, it } from "vitest";
import { blankNonCode } from "../src/blank.ts";

it.each([
  ['const a = "process.env";', 'const a = "           ";'],
  ["const a = 'it\\'s';", "const a = '     ';"],
  ["a(); // process.env", "a();               "],
  ["/* a\nb */ c", "    \n     c"],
  ["const a = `x ${process.env} y`;", "const a = `  ${process.env}  `;"],
  ["const a = `${{ a: `}` }}`;", "const a = `${{ a: ` ` }}`;"],
  [`const a = /["'/[\\]/]/.test(b); process.exit();`, "const a =            .test(b); process.exit();"],
  ["const a = b / c / d;", "const a = b / c / d;"],
  ['return /"/g', "return     "],
])("leaves of %s the code", (source, code) => {
  expect(blankNonCode(source)).toBe(code);
});
