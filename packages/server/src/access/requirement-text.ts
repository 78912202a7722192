import type { Requirement } from './privileges-by-operation.ts'

/** Describes a requirement for the pages of the reference: `manage` on the warehouse, when a warehouse is protected. */
export function requirementText({ privilege, object, passage, when }: Requirement): string {
  const where = passage ? `${object} or below` : object
  return `\`${privilege}\` on ${where}${when === undefined ? '' : `, when ${when}`}`
}
