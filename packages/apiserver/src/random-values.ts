/** A UUID of version 4 (RFC 9562) from a source of uniform numbers, so that runs on a virtual clock repeat. */
export function uuidFrom(random: () => number): string {
  const byte = (): number => Math.floor(random() * 256);
  const bytes = Array.from({ length: 16 }, byte);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.map((each) => each.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
