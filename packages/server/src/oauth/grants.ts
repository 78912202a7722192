import { clientCredentialsGrant } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { jwtBearerGrant } from './jwt-bearer.ts'
import { tokenExchangeGrant } from './token-exchange.ts'
import type { TokenParts } from './token-parts.ts'
import { grantTypes } from './token-types.ts'

/** Every way to a token, by `grant_type`. */
export function allGrants(parts: TokenParts): ReadonlyMap<string, Grant> {
  return new Map([
    [grantTypes.clientCredentials, clientCredentialsGrant(parts)],
    [grantTypes.tokenExchange, tokenExchangeGrant(parts)],
    [grantTypes.jwtBearer, jwtBearerGrant(parts)],
  ])
}
