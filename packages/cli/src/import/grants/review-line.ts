import { visible } from '../../output/visible.ts'

/** Entry of the review document of `headgate import --grants`, or only comments in place of an entry. */
export interface ReviewEntry {
  /** Sentences that are written as comments above the entry. */
  readonly comments: readonly string[]
  /** Members of the YAML entry, or null if the entry consists only of comments. */
  readonly members: Readonly<Record<string, string | boolean | readonly string[]>> | null
  /** Whether `headgate apply` reads the entry. If false, the whole entry is written as a YAML comment. */
  readonly active: boolean
}

/**
 * Formats a section of the review document. A section without active entries is written as a comment, because YAML
 * would read its value as null.
 */
export function formatSection(name: string, entries: readonly ReviewEntry[]): readonly string[] {
  if (entries.length === 0) return []
  const isActive = entries.some(({ active, members }) => active && members !== null)
  return [isActive ? `${name}:` : `# ${name}:`, ...entries.flatMap(formatEntry)]
}

/** Formats text as a YAML comment in one line. */
export function comment(text: string): string {
  return `# ${visible(text)}`
}

function formatEntry({ comments, members, active }: ReviewEntry): readonly string[] {
  const lines = comments.map((each) => `  ${comment(each)}`)
  if (members === null) return lines
  const body = Object.entries(members)
    .map(([name, value]) => `${name}: ${formatValue(value)}`)
    .join(', ')
  return [...lines, `  ${active ? '' : '# '}- {${body}}`]
}

function formatValue(value: string | boolean | readonly string[]): string {
  if (typeof value === 'object') return `[${value.map(quoted).join(', ')}]`
  return typeof value === 'boolean' ? String(value) : quoted(value)
}

// These characters are control characters, change the direction of text, or are invisible.
const unsafe = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Formats text as a JSON string, which is also valid YAML. Escapes characters that a reviewer could not see. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    unsafe,
    (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
