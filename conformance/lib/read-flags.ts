import type { CatalogAuth } from './catalog-access.ts'

/**
 * Parses an integer option of the command line. Throws an error that names the option for any other text.
 *
 * @param least smallest accepted number
 */
export function wholeNumber(flag: string, text: string, least = 1): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`${flag} requires a whole number of at least ${least}, but the value is ${text}`)
}

export function parseChoice<Name extends string>(flag: string, text: string, known: readonly Name[]): Name {
  const name = known.find((each) => each === text)
  if (name === undefined) throw new Error(`${flag} requires ${known.join(', ')}, but the value is ${text}`)
  return name
}

/** Returns the only positional argument, a URI, or undefined if there is none and the suite must start a server. */
export function onlyUri([uri, ...more]: readonly string[]): string | undefined {
  if (more.length > 0) throw new Error(`Only one URI is allowed. Remove ${more.join(' ')}.`)
  return uri
}

interface AuthFlags {
  readonly uri: string | undefined
  readonly token: string | undefined
  readonly credential: string | undefined
  readonly scope: string
  /** URI of the token endpoint. Default: the standard path below the URI of the catalog. */
  readonly tokenUri: string | undefined
}

/** Returns the authentication at a catalog that the options describe: a token, a credential, or none. */
export function readAuth({ uri = '', token, credential, scope, tokenUri }: AuthFlags): CatalogAuth {
  if (token !== undefined && credential !== undefined)
    throw new Error('A token and a credential are both set: set only one of them')
  if (token !== undefined) return { kind: 'token', token }
  if (credential === undefined) return { kind: 'none' }
  return {
    kind: 'credential',
    credential,
    scope,
    tokenUri: tokenUri ?? `${uri.replace(/\/+$/, '')}/v1/oauth/tokens`,
  }
}
