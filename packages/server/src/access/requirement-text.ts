import type { Requirement } from './operation-privileges.ts'

/** Returns the text of a requirement for the reference pages, for example "`manage` on the warehouse, when it is protected". */
export function requirementText({ privilege, object, passage, when }: Requirement): string {
  const where = passage ? `${object} or below` : object
  return `\`${privilege}\` on ${where}${when === undefined ? '' : `, when ${when}`}`
}
