/**
 * Returns true when the whole text matches the pattern, in which `*` matches every text and `?` one character. The time is
 * at most proportional to the product of both lengths; a regular expression has no such limit.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [wanted, characters] = [Array.from(pattern), Array.from(text)]
  let [at, from] = [0, 0]
  /** Position of the last `*` in the pattern, and the number of characters that it matches. */
  let star: { readonly at: number; taken: number } | null = null
  while (from < characters.length) {
    if (wanted[at] === '*') {
      star = { at, taken: from }
      at += 1
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === characters[from])) {
      at += 1
      from += 1
    } else if (star !== null) {
      star.taken += 1
      at = star.at + 1
      from = star.taken
    } else return false
  }
  while (wanted[at] === '*') at += 1
  return at === wanted.length
}
