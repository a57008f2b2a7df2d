/** A duration as Go prints it: `10s`, `2m40s`, `1h0m0s`, `1.5s`, `250ms`. `milliseconds` may have a fraction. */
export function durationText(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  if (milliseconds < 1000) return `${trimmed(milliseconds)}ms`;
  const seconds = milliseconds / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = trimmed(seconds - hours * 3600 - minutes * 60);
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(3)));
}
