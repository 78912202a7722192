import { HeadgateError } from '@headgate/errors'

/**
 * Pattern syntax that a store supports in IAM policies.
 *
 * - `aws`: `*` and `?` match, `${name}` is replaced, and `${*}`, `${?}`, `${$}` match the literal characters (IAM user
 *   guide, "IAM policy elements: variables and tags", version 2012-10-17).
 * - `plain`: `*` and `?` match, some `${name}` are replaced, and the literal characters cannot be escaped. MinIO:
 *   `${*}` matches any text between `${` and `}`.
 */
export type PolicyDialect = 'aws' | 'plain'

/**
 * Returns a pattern that matches only this text.
 *
 * @throws HeadgateError `unsupported` when the dialect has no such pattern
 */
export function escapePattern(text: string, dialect: PolicyDialect): string {
  if (dialect === 'aws') return text.replaceAll(/[*?$]/g, (character) => `\${${character}}`)
  if (!/[*?]|\$\{/.test(text)) return text
  throw new HeadgateError(
    'unsupported',
    'The location of this table contains *, ? or ${, which policies of this storage service cannot escape. Move the table, or use vending mode gateway for the warehouse.',
  )
}
