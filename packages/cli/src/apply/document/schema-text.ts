import { documentJsonSchema } from './document.ts'

/** Returns the text of `docs/reference/apply.schema.json`. */
export function applySchemaText(): string {
  return `${JSON.stringify(documentJsonSchema(), null, 2)}\n`
}
