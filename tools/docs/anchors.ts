/** Returns the anchors of a Markdown page, computed from its headings as GitHub does. */
export function readAnchors(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutFences(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = toAnchor(heading)
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

/** Replaces fenced code blocks by empty lines, so that `#` comments in code are not parsed as headings. */
export function withoutFences(page: string): string {
  return page.replaceAll(/^([ \t>]*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2[ \t]*$/gm, (fence) =>
    fence.replaceAll(/[^\n]/g, ''),
  )
}

/** Returns the GitHub anchor of a heading, without the number that GitHub appends if the page repeats the heading. */
export function toAnchor(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
