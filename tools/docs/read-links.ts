import { withoutFences } from './anchors.ts'

/** Returns the targets of the links and images in a Markdown page. Ignores links in code. */
export function readLinks(page: string): string[] {
  const text = withoutFences(page).replaceAll(/`[^`\n]*`/g, '')
  const targets = [
    ...text.matchAll(/\]\(<?([^)\s>]+)>?(?: +"[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]: *(\S+)/gm),
    ...text.matchAll(/<(https?:[^>\s]+)>/g),
  ]
  return targets.map(([, target = '']) => target)
}

/** Returns whether a link has a scheme, such as `https:`. */
export function isExternal(target: string): boolean {
  return /^[a-z][a-z+.-]*:/i.test(target)
}
