import { MAX_SCORE } from "../contract/points.ts";

/** Scales scores so that the highest becomes 100; all 0 stays 0. */
export function scaledScores(scores: readonly number[]): readonly number[] {
  const most = Math.max(0, ...scores);
  return most === 0 ? scores : scores.map((score) => Math.floor((MAX_SCORE * score) / most));
}

/** The same the other way round: the highest becomes 0, and all become 100 when all are 0. */
export function invertedScores(scores: readonly number[]): readonly number[] {
  const most = Math.max(0, ...scores);
  return scores.map((score) => (most === 0 ? MAX_SCORE : MAX_SCORE - Math.floor((MAX_SCORE * score) / most)));
}
