import { type Outcome, summary } from "./outcome.ts";

interface SpecReport {
  readonly ContainerHierarchyTexts?: readonly string[] | null;
  readonly LeafNodeType?: string;
  readonly LeafNodeText?: string;
  readonly State?: string;
  readonly Failure?: { readonly Message?: string; readonly ForwardedPanic?: string };
}

/** What one process of `e2e.test` reports, by spec. */
export interface GinkgoReport {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Why no spec was run: what prepares the suite failed. */
  readonly setupFailure?: string;
  /** The spec that was running when the process was told to end. */
  readonly interrupted?: string;
}

/** Reads `--ginkgo.json-report`. Undefined when it is not there as a whole. */
export function parseGinkgoReport(text: string): GinkgoReport | undefined {
  const reports = parseSpecs(text);
  if (reports === undefined) return undefined;
  const outcomes = new Map<string, Outcome>();
  let setupFailure: string | undefined;
  let interrupted: string | undefined;
  for (const report of reports) {
    const outcome = outcomeOf(report);
    if (report.LeafNodeType !== "It") {
      if (outcome?.kind === "failed" && /BeforeSuite/.test(report.LeafNodeType ?? "")) setupFailure = outcome.why;
      continue;
    }
    const name = [...(report.ContainerHierarchyTexts ?? []), report.LeafNodeText ?? ""].join(" ").trim();
    if (report.State === "interrupted") interrupted = name;
    else if (outcome !== undefined) outcomes.set(name, outcome);
  }
  return {
    outcomes,
    ...(setupFailure === undefined ? {} : { setupFailure }),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
}

function parseSpecs(text: string): readonly SpecReport[] | undefined {
  try {
    const suites = JSON.parse(text) as readonly { readonly SpecReports?: readonly SpecReport[] | null }[];
    return Array.isArray(suites) ? suites.flatMap(({ SpecReports }) => SpecReports ?? []) : undefined;
  } catch {
    return undefined; // the process was killed while it wrote, or never got there
  }
}

/** Undefined for a spec that this process left out. A spec that skips itself says why. */
function outcomeOf({ State, Failure }: SpecReport): Outcome | undefined {
  const message = summary(Failure?.Message ?? "");
  const panic = summary(Failure?.ForwardedPanic ?? "");
  const why = [message, panic].filter(Boolean).join(": ");
  if (State === "passed") return { kind: "passed" };
  if (State === "skipped") return why === "" ? undefined : { kind: "not run", why };
  if (State === "pending") return { kind: "not run", why: "pending" };
  return { kind: "failed", why: why === "" ? `ended as ${State ?? "nothing"}` : why };
}
