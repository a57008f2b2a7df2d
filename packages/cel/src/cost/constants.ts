/** Upstream's units. One is about 50 nanoseconds there. */
export const CREATE_LIST_COST = 10;
export const CREATE_MAP_COST = 30;
export const CREATE_STRUCT_COST = 40;
/** Of going through a text, for each character. */
export const TRAVERSAL = 0.1;
/** Of a pattern, for each of its characters. */
export const PATTERN = 0.25;
/** What an authorization check costs: an expression can afford two. */
export const CHECK_COST = 350_000;
