import { HeadgateError } from '@headgate/errors'

/** Scopes that Iceberg clients send by default. Each of them means all rights of the principal. */
const knownScopes: ReadonlySet<string> = new Set(['catalog', 'sign', 'PRINCIPAL_ROLE:ALL'])

/**
 * Parses the `scope` parameter. Refuses a scope that requests fewer rights than those of the principal,
 * because the server cannot restrict a token to them.
 */
export function parseScope(asked: string | undefined): string {
  if (asked === undefined) return 'catalog'
  const scopes = asked.split(' ')
  if (scopes.every((scope) => knownScopes.has(scope))) return asked
  throw new HeadgateError(
    'invalid-scope',
    `The scope must consist of ${[...knownScopes].join(', ')}: send one of them, or omit the scope.`,
  )
}
