import { clientCredentialsGrant } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { jwtBearerGrant } from './jwt-bearer.ts'
import { tokenExchangeGrant } from './token-exchange.ts'
import type { TokenDeps } from './token-deps.ts'
import { grantTypes } from './token-types.ts'

/** Returns the implementations of all grants that the token endpoint supports, by `grant_type`. */
export function allGrants(deps: TokenDeps): ReadonlyMap<string, Grant> {
  return new Map([
    [grantTypes.clientCredentials, clientCredentialsGrant(deps)],
    [grantTypes.tokenExchange, tokenExchangeGrant(deps)],
    [grantTypes.jwtBearer, jwtBearerGrant(deps)],
  ])
}
