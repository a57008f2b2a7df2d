/** Collects what passed, what failed and what this machine could not run. */
export interface Report {
  /** Runs a step; a rejection is a failure that does not stop the others. Resolves to whether it passed. */
  step(name: string, run: () => Promise<void>): Promise<boolean>;
  /** Says that something was not run, and why. */
  skip(name: string, why: string): void;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

export function createReport(print: (line: string) => void): Report {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  return {
    async step(name, run) {
      const started = Date.now();
      try {
        await run();
        passed += 1;
        print(`ok      ${name} (${Date.now() - started} ms)`);
        return true;
      } catch (error) {
        failed += 1;
        print(`FAILED  ${name}\n${indent(error instanceof Error ? error.message : String(error))}`);
        return false;
      }
    },
    skip(name, why) {
      skipped.push(`${name}: ${why}`);
      print(`skipped ${name}: ${why}`);
    },
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
    skipped,
  };
}

const indent = (text: string): string => text.replace(/^/gm, "        ");
