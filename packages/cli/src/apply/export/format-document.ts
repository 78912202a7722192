import { stringify } from 'yaml'
import type { ExportedDocument } from './to-document.ts'

/** URL of the JSON schema of documents of `headgate apply`, which editors read. */
export const schemaUrl =
  'https://raw.githubusercontent.com/headgate/headgate/main/docs/reference/apply.schema.json'

/**
 * Formats an exported document as YAML. Its comments list the environment variables that must contain its secrets when
 * it is applied.
 */
export function formatDocument({ document, secrets }: ExportedDocument): string {
  const comments = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    '# State of a Headgate server. Apply it with: headgate apply -f FILE',
    ...(secrets.length === 0
      ? []
      : ['# It contains no secrets. For objects to create, set these variables:']),
    ...secrets.map(({ env, description }) => `#   ${env}: ${withoutLineBreaks(description)}`),
  ]
  const body = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' })
  return `${comments.join('\n')}\n${body}`
}

/**
 * Replaces line breaks in a text for a YAML comment. The text contains names that users chose, and a line break would
 * end the comment.
 */
function withoutLineBreaks(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
}
