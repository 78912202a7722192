import { HeadgateError } from '@headgate/errors'
import { headerValues, type Authenticator, type HeaderList } from '@headgate/http'

/** Header to which SigV4 signing moves an existing `Authorization` header (Iceberg `RESTSigV4AuthManager`). */
const RELOCATED = 'original-authorization'

/**
 * Returns an authenticator that throws when `auth` overwrites one of the headers `own`, which the request itself sets.
 * Otherwise the server could execute the request with another identity than the one in these headers.
 *
 * @throws {HeadgateError} illegal-argument, when a request is authenticated
 */
export function keepIdentity(auth: Authenticator, own: HeaderList): Authenticator {
  if (own.length === 0) return auth
  return {
    ...(auth.onResponse && { onResponse: auth.onResponse.bind(auth) }),
    async authenticate(request, options) {
      const authenticated = await auth.authenticate(request, options)
      for (const [name, value] of own) {
        const places = name === 'authorization' ? [name, RELOCATED] : [name]
        const kept = places.some((place) => headerValues(authenticated.headers, place).includes(value))
        if (!kept)
          throw new HeadgateError(
            'illegal-argument',
            `The request sets the header ${name}, which the authentication of this namespace overwrites: remove one of them`,
          )
      }
      return authenticated
    },
  }
}
