import { HeadgateError } from '@headgate/errors'

/** Scopes that Iceberg clients ask for by default. All of them mean: what the principal may do. */
const knownScopes: ReadonlySet<string> = new Set(['catalog', 'sign', 'PRINCIPAL_ROLE:ALL'])

/** A scope that would have to narrow the token is refused: passing over it would give more than was asked for. */
export function scopeOf(asked: string | undefined): string {
  if (asked === undefined) return 'catalog'
  const scopes = asked.split(' ')
  if (scopes.every((scope) => knownScopes.has(scope))) return asked
  throw new HeadgateError(
    'invalid-scope',
    `The scope must be of ${[...knownScopes].join(', ')}, or left out.`,
  )
}
