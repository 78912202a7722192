import { HeadgateError } from '@headgate/errors'
import type { TableIdentifier } from './identifier.ts'
import { checkName, checkNamespace, defaultNameLimits, type NameLimits } from './names.ts'
import { splitLevels } from './namespace-param.ts'
import { decodePercent } from './percent.ts'

/** Maximum number of views in the query parameter `referenced-by`. */
const MAX_VIEWS = 64

/**
 * Decodes the query parameter `referenced-by`: the views through which a table or view is loaded, outermost first.
 *
 * @param raw percent-encoded value, in which a comma in a name is `%2C`; undefined for no views
 * @throws {HeadgateError} `bad-request`
 * @example decodeReferencedBy('prod%1Fq,prod%1Fm', []) // views prod.q, prod.m
 */
export function decodeReferencedBy(
  raw: string | undefined,
  separators: readonly string[] = [],
  limits: NameLimits = defaultNameLimits,
): readonly TableIdentifier[] {
  if (raw === undefined || raw === '') return []
  const views = raw.split(',')
  if (views.length > MAX_VIEWS) {
    throw new HeadgateError('bad-request', `Invalid referenced-by: more than ${MAX_VIEWS} views`)
  }
  return views.map((view) => {
    const levels = splitLevels(decodePercent(view, 'referenced-by'), separators)
    return {
      namespace: checkNamespace(levels.slice(0, -1), limits),
      name: checkName(levels.at(-1) ?? '', 'view name', limits),
    }
  })
}
