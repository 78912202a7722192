import { HeadgateError } from '@headgate/errors'

/**
 * What a store understands in the patterns of a policy.
 *
 * - `aws`: `*` and `?` match, `${name}` is replaced, and `${*}`, `${?}`, `${$}` stand for the characters themselves (IAM
 *   user guide, "IAM policy elements: variables and tags", version 2012-10-17).
 * - `plain`: `*` and `?` match, some `${name}` are replaced, and nothing stands for the characters themselves. MinIO: a
 *   `${*}` would match whatever has `${` and `}` there.
 */
export type PolicyDialect = 'aws' | 'plain'

/**
 * A pattern that matches this text alone.
 *
 * @throws HeadgateError `unsupported` when there is none in the dialect
 */
export function patternOf(text: string, dialect: PolicyDialect): string {
  if (dialect === 'aws') return text.replaceAll(/[*?$]/g, (character) => `\${${character}}`)
  if (!/[*?]|\$\{/.test(text)) return text
  throw new HeadgateError(
    'unsupported',
    'The location of this table holds *, ? or ${, which policies of this storage service cannot take literally: move the table, or use vending mode gateway for the warehouse.',
  )
}
