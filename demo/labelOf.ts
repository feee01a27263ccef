/** The label of a name from the wire, which may be `constructor`; the name itself where there is none. */
export function labelOf(labels: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(labels, name) ? labels[name]! : name;
}
