import type { CatalogAuth } from './catalog-access.ts'

/** @param least the smallest one that there may be */
export function wholeNumber(flag: string, text: string, least = 1): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`${flag} takes a whole number from ${least} on, got: ${text}`)
}

export function oneOf<Name extends string>(flag: string, text: string, known: readonly Name[]): Name {
  const name = known.find((each) => each === text)
  if (name === undefined) throw new Error(`${flag} takes ${known.join(', ')}, got: ${text}`)
  return name
}

/** The URI of a given server; undefined for one of its own. */
export function onlyUri([uri, ...more]: readonly string[]): string | undefined {
  if (more.length > 0) throw new Error(`one URI at most, also got: ${more.join(' ')}`)
  return uri
}

interface GivenAuth {
  readonly uri: string | undefined
  readonly token: string | undefined
  readonly credential: string | undefined
  readonly scope: string
  /** Default: below the URI. */
  readonly tokenUri: string | undefined
}

/** How to prove oneself to a catalog: with a token, a credential, or not at all. */
export function readAuth({ uri = '', token, credential, scope, tokenUri }: GivenAuth): CatalogAuth {
  if (token !== undefined && credential !== undefined) throw new Error('give either a token or a credential')
  if (token !== undefined) return { kind: 'token', token }
  if (credential === undefined) return { kind: 'none' }
  return {
    kind: 'credential',
    credential,
    scope,
    tokenUri: tokenUri ?? `${uri.replace(/\/+$/, '')}/v1/oauth/tokens`,
  }
}
