import { quoteGo } from "@pinnace/apimachinery";

/** What upstream's client says of answers that are no success and no Status (apimachinery/pkg/api/errors). */
const TEXTS: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  405: "the server does not allow this method on the requested resource",
  409: "the server reported a conflict",
  422: "the server rejected our request due to an error in our request",
  429: "the server has received too many requests and has asked us to try again later",
  503: "the server is currently unable to handle the request",
  504: "the server was unable to return a response in the time allotted, but may still be processing the request",
};
/** Those whose body says more than any text. */
const OWN_WORDS = [403, 406, 415];
const MAX_BODY = 2048;

/** Why an answer of this HTTP status is a failure; undefined when it is none. */
export function answerError(status: number, body: string): string | undefined {
  if (status >= 200 && status <= 206) return undefined;
  const said = body.trim().slice(0, MAX_BODY);
  if (OWN_WORDS.includes(status)) return said === "" ? "unknown" : said;
  const text = TEXTS[status];
  if (text !== undefined) return text;
  if (status >= 500)
    return `an error on the server (${quoteGo(said || "unknown")}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
