import { findClientContradictions } from './client-schema.ts'
import type { IssuerEntry } from './schema.ts'

/** Names of parameters that the server sets itself. */
const reserved =
  /^(response_type|response_mode|client_\w+|redirect_uri|scope|state|nonce|code_challenge(_method)?|request(_uri)?)$/

/** Returns a sentence for each combination of settings of `console` that the server refuses. */
export function* findConsoleContradictions(entry: IssuerEntry): Generator<string> {
  const { console } = entry
  if (console === undefined) return
  if (console.clientId === undefined)
    yield 'console needs clientId, the id of this server as a client of the issuer.'
  yield* findClientContradictions(console, 'console')
  if (entry.jwksUri !== undefined)
    yield 'console needs the metadata of the issuer, which are not read when jwksUri is set: remove jwksUri.'
  const parameter = Object.keys(console.parameters ?? {}).find((name) => reserved.test(name))
  if (parameter !== undefined)
    yield `console.parameters must not contain ${parameter}, because the server sets this parameter itself.`
  if (console.scope !== undefined && !console.scope.split(' ').includes('openid'))
    yield 'console.scope must contain openid.'
  if (console.clientId !== undefined && entry.actors?.includes(console.clientId) === true)
    yield 'actors contains the client of console, which is this server and not an engine: remove it from actors.'
}
