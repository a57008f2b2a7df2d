/** Something that the caller of a benchmark can mend: one line, exit code 2. */
export class UsageError extends Error {}
