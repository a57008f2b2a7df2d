/** How long the pattern behind a named format is, which the cost of using it goes by. */
export const FORMAT_SIZES: ReadonlyMap<string, number> = new Map([
  ["DNS1123Label", 30],
  ["DNS1123Subdomain", 60],
  ["DNS1035Label", 30],
  ["QualifiedName", 60],
  ["DNS1123LabelPrefix", 30],
  ["DNS1123SubdomainPrefix", 60],
  ["DNS1035LabelPrefix", 30],
  ["LabelValue", 40],
  ["URI", 1103],
  ["uuid", 70],
  ["byte", 84],
  ["date", 72],
  ["datetime", 72],
]);
