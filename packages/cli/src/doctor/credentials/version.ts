/** Returns whether a version is lower than another version. Compares the numbers between the dots. */
export function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0))
  const length = Math.max(a?.length ?? 0, b?.length ?? 0)
  for (let at = 0; at < length; at++) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
