/** Removes Markdown syntax, and references to other pages that follow a colon. */
export function removeMarkdown(text: string): string {
  return text
    .replaceAll(/: \[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
}
