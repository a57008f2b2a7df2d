import type { TokenIssuer } from "@pinnace/authentication";
import type { VirtualClock } from "@pinnace/clock";

/**
 * Signing happens on other threads, whose order is nobody's to say. Here one signature is made after the other, in the
 * order in which they were asked for, and virtual time waits for them.
 */
export function trackTokens(issuer: TokenIssuer, clock: VirtualClock): TokenIssuer {
  let pending = 0;
  let last: Promise<unknown> = Promise.resolve();
  clock.addIdleCheck("service account tokens", () => pending === 0);
  const inOrder = <Result>(work: () => Promise<Result>): Promise<Result> => {
    pending++;
    const result = last.then(work).finally(() => {
      pending--;
    });
    last = result.catch(() => undefined);
    return result;
  };
  return {
    issuer: issuer.issuer,
    apiAudiences: issuer.apiAudiences,
    algorithms: issuer.algorithms,
    issue: (claims) => inOrder(() => issuer.issue(claims)),
    jwks: () => inOrder(() => issuer.jwks()),
  };
}
